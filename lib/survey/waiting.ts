import { type Position, timeOf } from '#session/position';

/** A message that would be delivered to a client now, or when it returns. */
export interface WaitingMessage {
  readonly position: Position;
  /** Of the subscription that it matches; of several, one. */
  readonly filter: string;
  /** Topic and payload. */
  readonly bytes: number;
}

/** What waits for one client. */
export interface WaitingCount {
  readonly messages: number;
  readonly bytes: number;
  /** Messages by filter, of those that were counted. */
  readonly byFilter: ReadonlyMap<string, number>;
  /** More than was counted: `messages` and `bytes` are estimated from how fast the first ones came. */
  readonly isEstimate: boolean;
}

/** What is read is paid for, so counting stops at whichever comes first. */
export interface CountingCap {
  readonly messages: number;
  readonly bytes: number;
}

interface Counted extends Omit<WaitingCount, 'isEstimate'> {
  readonly first: Position;
  readonly last: Position;
}

/**
 * Counts up to a cap. If there is more, it is taken to have gone on as it began: the messages that were counted
 * came within a part of the time since the first one.
 */
export async function countWaiting(
  waiting: AsyncIterable<WaitingMessage>,
  cap: CountingCap,
  nowMs: number,
): Promise<WaitingCount> {
  const byFilter = new Map<string, number>();
  let messages = 0;
  let bytes = 0;
  let first: Position | undefined;
  for await (const { position, filter, bytes: size } of waiting) {
    first ??= position;
    if (messages > 0 && (messages >= cap.messages || bytes >= cap.bytes)) {
      return goneOn({ messages, bytes, byFilter, first, last: position }, nowMs);
    }
    messages += 1;
    bytes += size;
    byFilter.set(filter, (byFilter.get(filter) ?? 0) + 1);
  }
  return { messages, bytes, byFilter, isEstimate: false };
}

function goneOn({ messages, bytes, byFilter, first, last }: Counted, nowMs: number): WaitingCount {
  const spanMs = Math.max(1, timeOf(last) - timeOf(first));
  // The message at which counting stopped waits for sure.
  const times = Math.max((messages + 1) / messages, (nowMs - timeOf(first)) / spanMs);
  return {
    messages: Math.round(messages * times),
    bytes: Math.round(bytes * times),
    byFilter,
    isEstimate: true,
  };
}
