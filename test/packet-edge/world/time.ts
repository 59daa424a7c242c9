import { setTimeout as delay } from 'node:timers/promises';
import type { VirtualTime } from '#test/delivery/virtual-time';

/** What a world lives by: virtual, so that a run can be repeated to the last step, or real. */
export type Time = Pick<VirtualTime, 'clock' | 'sleep' | 'at'>;

export const realTime: Time = {
  clock: Date.now,
  sleep: async (milliseconds) => {
    await delay(milliseconds);
  },
  at: (atMs, wake) => {
    setTimeout(wake, Math.max(0, atMs - Date.now()));
  },
};
