import type { SessionPolicy } from '#session/configuration/policy';
import { type Overflow, OverflowMeter } from '#session/delivery/overflow';
import { type LoggedMessage, pendingBytes } from '#session/message';
import { behind, LOG_START, type Position } from '#session/position';

/** Messages kept in memory while they are counted; beyond it they are read a second time. */
const BUFFER_BYTES = 8 * 1024 * 1024;

/** What waits for a client, counted against its limits. */
export interface Backlog<Logged extends LoggedMessage> {
  readonly buffer: readonly Logged[];
  /** The buffer holds everything. */
  readonly isWhole: boolean;
  /** What gives way; undefined when everything fits. */
  readonly overflow: Overflow | undefined;
}

export interface BacklogCount<Logged extends LoggedMessage> {
  readonly limits: Pick<SessionPolicy, 'maximumPendingMessages' | 'maximumPendingBytes' | 'overflow'>;
  /** Whether a message counts: it waits for the client and has not expired. */
  readonly isWaiting: (message: Logged) => boolean;
  /** Behind the last message, where that may still come; absent: behind the last one that came. */
  readonly end?: Position;
  /** What waits too, and is sent later. */
  readonly further?: AsyncIterable<Logged>;
}

/** Reads all that waits, as if each message had been refused or had pushed another one out when it came. */
export async function countBacklog<Logged extends LoggedMessage>(
  messages: AsyncIterable<Logged>,
  { limits, isWaiting, end, further }: BacklogCount<Logged>,
): Promise<Backlog<Logged>> {
  const meter = new OverflowMeter(limits);
  const add = (message: Logged) => {
    if (!isWaiting(message)) return;
    meter.add({ position: message.position, topic: message.topic, bytes: pendingBytes(message) });
  };
  const buffer: Logged[] = [];
  let bytes = 0;
  let last: Position = LOG_START;
  for await (const message of messages) {
    last = message.position;
    bytes += pendingBytes(message);
    if (bytes <= BUFFER_BYTES) buffer.push(message);
    add(message);
  }
  if (further !== undefined) for await (const message of further) add(message);
  return { buffer, isWhole: bytes <= BUFFER_BYTES, overflow: meter.result(end ?? behind(last)) };
}

/** The messages that were counted: those buffered, then the rest, read again from a position on. */
export async function* replayBacklog<Logged extends LoggedMessage>(
  { buffer, isWhole }: Backlog<Logged>,
  reopen: (from: Position | undefined) => Promise<AsyncIterable<Logged>>,
): AsyncGenerator<Logged> {
  yield* buffer;
  if (isWhole) return;
  const last = buffer.at(-1);
  yield* await reopen(last === undefined ? undefined : behind(last.position));
}
