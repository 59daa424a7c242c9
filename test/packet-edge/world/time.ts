import type { VirtualTime } from '#test/delivery/virtual-time';

/** What a world lives by: it goes by only where somebody waits, so that a run can be repeated to the last step. */
export type Time = Pick<VirtualTime, 'clock' | 'sleep' | 'at'>;
