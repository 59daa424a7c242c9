import { earlier, later, type Position } from '#session/position';
import type { PendingMessage } from './merge.ts';

/** What one run has brought to its client. */
export interface DeliveryTally {
  readonly messages: number;
  /** The first and the last message of them, in the order of the log. */
  readonly from: Position;
  readonly upTo: Position;
  /** Of the message that had waited longest. */
  readonly oldestAgeMs: number;
  /** Sent again because no PUBACK had come. */
  readonly redeliveries: number;
}

/** The tally with one message more. */
export function tallied(
  tally: DeliveryTally | undefined,
  { position, receivedAtMs }: PendingMessage,
  redeliveries: number,
  nowMs: number,
): DeliveryTally {
  return {
    messages: (tally?.messages ?? 0) + 1,
    from: earlier(tally?.from ?? position, position),
    upTo: later(tally?.upTo ?? position, position),
    oldestAgeMs: Math.max(tally?.oldestAgeMs ?? 0, nowMs - receivedAtMs),
    redeliveries: (tally?.redeliveries ?? 0) + redeliveries,
  };
}
