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

interface AdviceItemProps {
  readonly advice: Advice;
  /** Not where the session is shown already; there it stands below a heading of its own. */
  readonly linksSession?: boolean;
}

/** One piece of advice: what was seen, the evidence, and the change that would mend it. */
export function AdviceItem({ advice, linksSession = true }: AdviceItemProps) {
  const { kind, severity, clientId, filter, summary, evidence, change } = advice;
  const { policy } = change;
  const Heading = linksSession ? 'h2' : 'h3';
  return (
    <article class={`advice advice-${severity}`}>
      <Heading>
        <span class={`badge badge-${severity}`}>{severity}</span>
        {KINDS[kind]}
      </Heading>
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
