import { setTimeout as delay } from 'node:timers/promises';
import type { Time } from './time.ts';

interface Due {
  readonly atMs: number;
  readonly wake: () => void;
}

/**
 * Time as it goes by outside. What is due earlier happens earlier, and of the same moment what was asked for first:
 * Node's timers of different lengths do not keep that, and a packet would overtake another one of its connection.
 */
export function realTime(): Time {
  const waiting: Due[] = [];

  function happen(upToMs: number): void {
    for (let next = waiting[0]; next !== undefined && next.atMs <= upToMs; next = waiting[0]) {
      waiting.shift();
      next.wake();
    }
  }

  return {
    clock: Date.now,
    sleep: async (milliseconds) => {
      await delay(milliseconds);
    },
    at: (atMs, wake) => {
      const place = waiting.findLastIndex((each) => each.atMs <= atMs) + 1;
      waiting.splice(place, 0, { atMs, wake });
      setTimeout(() => happen(atMs), Math.max(0, atMs - Date.now()));
    },
  };
}
