import { instantText, relativeText } from '../text/instant.ts';
import { useNow } from './use-now.ts';

/** How long ago, with the exact time beside it for who needs it. */
export function Instant({ at, every = 10_000 }: { at: string; every?: number }) {
  const nowMs = useNow(every);
  return (
    <time dateTime={at} title={instantText(at)}>
      {relativeText(at, nowMs)}
    </time>
  );
}

/** Time left, to the second. */
export function Countdown({ until }: { until: string }) {
  return <Instant at={until} every={1_000} />;
}
