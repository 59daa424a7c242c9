import type { Outbound } from '#session/flow/flow';
import { ByteReader, ByteWriter } from '../encoding/compact-bytes.ts';
import { readPosition, writePosition } from '../encoding/position-bytes.ts';
import { StoreItemError } from '../errors.ts';

/** Bits of the byte in which an outbound message has its yes and no. */
const IS_QOS_2 = 1;
const IS_PUBREL = 2;
const IS_RETAINED = 4;
const HAS_IDENTIFIERS = 8;

/** Outbound messages as one Binary; `logs` names each log once. Times count from `sinceMs`. */
export function outboundToBytes(
  outbound: readonly Outbound[],
  logs: readonly string[],
  sinceMs: number,
): Uint8Array {
  const writer = new ByteWriter();
  let atMs = sinceMs;
  for (const entry of outbound) {
    const { packetId, state, qos, log, position, retain, subscriptionIdentifiers, ...forgotten } = entry;
    forgotten satisfies Record<string, never>;
    writer.number(packetId);
    writer.number(
      (qos === 2 ? IS_QOS_2 : 0) +
        (state === 'pubrel' ? IS_PUBREL : 0) +
        (retain ? IS_RETAINED : 0) +
        (subscriptionIdentifiers === undefined ? 0 : HAS_IDENTIFIERS),
    );
    writer.number(logs.indexOf(log));
    atMs = writePosition(writer, position, atMs);
    if (subscriptionIdentifiers === undefined) continue;
    writer.number(subscriptionIdentifiers.length);
    for (const identifier of subscriptionIdentifiers) writer.number(identifier);
  }
  return writer.written();
}

export function outboundFromBytes(bytes: Uint8Array, logs: readonly string[], sinceMs: number): Outbound[] {
  const reader = new ByteReader(bytes);
  const outbound: Outbound[] = [];
  let atMs = sinceMs;
  while (!reader.isAtEnd) {
    const packetId = reader.number();
    const bits = reader.number();
    const log = logs[reader.number()];
    if (log === undefined) {
      throw new StoreItemError(
        `An outbound message lies in a log that its flow of ${logs.length} logs does not name; remove the item or restore it`,
      );
    }
    const read = readPosition(reader, atMs);
    atMs = read.atMs;
    outbound.push({
      packetId,
      state: bits & IS_PUBREL ? 'pubrel' : 'publish',
      qos: bits & IS_QOS_2 ? 2 : 1,
      log,
      position: read.position,
      retain: (bits & IS_RETAINED) !== 0,
      ...(bits & HAS_IDENTIFIERS
        ? { subscriptionIdentifiers: Array.from({ length: reader.number() }, () => reader.number()) }
        : {}),
    });
  }
  return outbound;
}
