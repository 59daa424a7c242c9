import type { Advice } from '#api/schemas/advice';
import { visible, visibleLines } from '../text/visible.ts';
import { CopyButton } from './copy-button.tsx';
import { Evidence } from './evidence.tsx';
import { Identifier, SessionLink } from './identifier.tsx';

const KINDS: Readonly<Record<Advice['kind'], string>> = {
  sharedClientId: 'Shared client identifier',
  intervalTooLong: 'Interval too long',
  intervalTooShort: 'Interval too short',
  neverResumed: 'Never resumed',
  receivesNothingDelivered: 'Receives, never delivers',
  broadFilter: 'Broad filter',
};

/** One piece of advice: what was seen, the evidence, and the change that would mend it. */
export function AdviceItem({ advice, linksSession = true }: { advice: Advice; linksSession?: boolean }) {
  const { kind, severity, clientId, filter, summary, evidence, change } = advice;
  const { policy } = change;
  return (
    <article class={`advice advice-${severity}`}>
      <h3>
        <span class={`badge badge-${severity}`}>{severity}</span>
        {KINDS[kind]}
      </h3>
      <p>{visible(summary)}</p>
      <p class="advice-about">
        {clientId !== undefined && linksSession && <SessionLink clientId={clientId} />}
        {filter !== undefined && <Identifier text={filter} />}
      </p>
      <Evidence evidence={evidence} />
      <p class="advice-change">{visible(change.text)}</p>
      {policy !== undefined && (
        <div class="policy">
          <pre>{visibleLines(policy)}</pre>
          <CopyButton text={policy} label="Copy policy" />
        </div>
      )}
    </article>
  );
}
