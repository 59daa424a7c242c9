import { useState } from 'preact/hooks';
import { useInterval } from './use-interval.ts';

/** The time, in milliseconds since the epoch; the component is drawn anew each period. */
export function useNow(periodMs = 1_000): number {
  const [nowMs, setNowMs] = useState(Date.now);
  useInterval(() => setNowMs(Date.now()), periodMs);
  return nowMs;
}
