import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LookTimer } from '#listener/connections/look';

describe('looks that the function has asked for', () => {
  let looksAtMs: number[] = [];
  let timer: LookTimer;
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    looksAtMs = [];
    timer = new LookTimer(() => looksAtMs.push(Date.now()));
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function askedAt(...timesMs: readonly number[]): void {
    for (const atMs of timesMs) {
      vi.advanceTimersByTime(atMs - Date.now());
      timer.lookAfter(1_000);
    }
    vi.advanceTimersByTime(10_000);
  }

  it('is one for one request, when it is due', () => {
    askedAt(500);
    expect(looksAtMs).toEqual([1_500]);
  });

  it('are for many requests in a row the first and the last of them', () => {
    askedAt(0, 200, 400, 900);
    expect(looksAtMs).toEqual([1_000, 1_900]);
  });

  it('come again for requests after that', () => {
    askedAt(0, 5_000);
    expect(looksAtMs).toEqual([1_000, 6_000]);
  });

  it('comes no more when the connection has ended', () => {
    timer.lookAfter(1_000);
    timer.stop();
    vi.advanceTimersByTime(10_000);
    expect(looksAtMs).toEqual([]);
  });
});
