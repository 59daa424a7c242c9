import { Fragment } from 'preact';
import { sessionHref } from '../route.ts';
import { visible } from '../text/visible.ts';

/**
 * A client identifier, topic or filter: text of a device, set apart from ours in every writing direction. Long
 * ones break after a slash.
 */
export function Identifier({ text }: { text: string }) {
  const levels = visible(text).split('/');
  return (
    <bdi class="identifier" translate={false}>
      {levels.map((level, index) => (
        // Levels may be equal, and have no other name.
        <Fragment key={index}>
          {level}
          {index < levels.length - 1 && '/'}
          <wbr />
        </Fragment>
      ))}
    </bdi>
  );
}

export function SessionLink({ clientId }: { clientId: string }) {
  return (
    <a href={sessionHref(clientId)}>
      <Identifier text={clientId} />
    </a>
  );
}
