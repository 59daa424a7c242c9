import { describe, expect, it } from 'vitest';
import { nextRun } from '#delivery/next-run';
import type { PumpResult } from '#delivery/pump';

const NOW_MS = 1_795_000_000_000;

type Reason = Extract<PumpResult, { outcome: 'unfinished' }>['reason'];

function unfinished(reason: Reason, delivered = 0, notBeforeMs = NOW_MS): PumpResult {
  return { outcome: 'unfinished', reason, delivered, notBeforeMs };
}

/** The delays of runs that bring nothing, one after another. */
function delaysOf(result: PumpResult, count: number): (number | undefined)[] {
  let attempt = 0;
  return Array.from({ length: count }, () => {
    const next = nextRun(result, attempt, NOW_MS);
    attempt = next?.attempt ?? attempt;
    return next?.delaySeconds;
  });
}

describe('the next run for a client', () => {
  it('is none when nothing is owed', () => {
    expect(nextRun({ outcome: 'nothing' }, 3, NOW_MS)).toBeUndefined();
  });

  it('waits for the lease of another run to end, and never less than a second', () => {
    const busyFor = (ms: number) => nextRun({ outcome: 'busy', retryAtMs: NOW_MS + ms }, 3, NOW_MS);
    expect(busyFor(12_300)).toMatchObject({ delaySeconds: 13, attempt: 3 });
    expect(busyFor(-5)).toMatchObject({ delaySeconds: 1, attempt: 3 });
  });

  it('goes on at once when only the time was up', () => {
    expect(nextRun(unfinished('outOfTime', 500), 2, NOW_MS)).toMatchObject({ delaySeconds: 0, attempt: 0 });
  });

  it('comes when the rest has settled', () => {
    const next = nextRun(unfinished('settling', 0, NOW_MS + 4_200), 2, NOW_MS);
    expect(next).toMatchObject({ delaySeconds: 5, attempt: 0 });
  });

  it('looks ever more seldom, up to every half minute, after a client that does not subscribe again', () => {
    const delays = delaysOf(unfinished('notSubscribed'), 8);
    expect(delays).toEqual([...delays].sort((one, other) => Number(one) - Number(other)));
    expect(delays.at(-1)).toBe(30);
  });

  it('gives a client up that its broker does not know, until its next event', () => {
    const delays = delaysOf(unfinished('notConnected'), 7);
    expect(delays.slice(0, 6)).toEqual([2, 4, 8, 16, 32, 64]);
    expect(delays[6]).toBeUndefined();
  });

  it.each(['timedOut', 'throttled', 'unavailable', 'leaseLost'] as const)(
    'waits twice as long each time, up to five minutes, and never gives up: %s',
    (reason) => {
      expect(delaysOf(unfinished(reason), 10)).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
      expect(nextRun(unfinished(reason, 1), 9, NOW_MS)).toMatchObject({ delaySeconds: 1, attempt: 0 });
    },
  );
});
