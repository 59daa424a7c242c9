import type { Flow } from '#session/flow/flow';
import { type Position, timeOf } from '#session/position';
import { ByteReader, ByteWriter } from '../encoding/compact-bytes.ts';
import { fullIdentifier, shortIdentifier } from '../encoding/identifiers.ts';
import { readPosition, writePosition } from '../encoding/position-bytes.ts';
import { fullPosition, shortPosition } from '../encoding/positions.ts';
import { StoreItemError } from '../errors.ts';
import type { Item } from '../requests/request.ts';
import { outboundFromBytes, outboundToBytes } from './flow-outbound.ts';

const PACKET_ID_BYTES = 2;

interface StoredFlow extends Omit<Flow, 'ahead' | 'outbound' | 'inbound' | 'skip' | 'lastPacketId'> {
  readonly ahead?: Uint8Array;
  readonly outbound?: Uint8Array;
  /** The logs in which the outbound messages lie, each once. */
  readonly logs?: readonly string[];
  readonly inbound?: Uint8Array;
  /** From and up to. */
  readonly skip?: readonly string[];
  readonly lastPacketId?: number;
}

/**
 * The attributes of a flow: an idle one about 200 bytes, 12 more for each position ahead, 16 for each outbound
 * message and 2 for each inbound one, so that most writes are one unit (1 KB). No TTL: a connected client may be
 * silent for months; the clean-up of its session removes the flow.
 */
export function toItem(flow: Flow): Item {
  const { connection, cursor, ahead, outbound, inbound, skip, lastPacketId, ...plain } = flow;
  const sinceMs = timeOf(cursor);
  const logs = [...new Set(outbound.map(({ log }) => log))];
  const item: StoredFlow = {
    ...plain,
    connection: shortIdentifier(connection),
    cursor: shortPosition(cursor),
    ...(ahead.length === 0 ? {} : { ahead: positionsToBytes(ahead, sinceMs) }),
    ...(outbound.length === 0 ? {} : { outbound: outboundToBytes(outbound, logs, sinceMs), logs }),
    ...(inbound.length === 0 ? {} : { inbound: packetIdsToBytes(inbound) }),
    ...(skip === undefined ? {} : { skip: [shortPosition(skip.from), shortPosition(skip.upTo)] }),
    ...(lastPacketId === 0 ? {} : { lastPacketId }),
  };
  return { ...item };
}

/** A flow from its item. */
export function fromItem(item: Item): Flow {
  if (typeof item['clientId'] !== 'string' || typeof item['cursor'] !== 'string') {
    throw new StoreItemError(
      `An item of Inflight has clientId and cursor, but this one has ${Object.keys(item).join(', ')}; remove it`,
    );
  }
  const { ahead, outbound, logs, inbound, skip, ...plain } = item as unknown as StoredFlow;
  const cursor = fullPosition(plain.cursor);
  const sinceMs = timeOf(cursor);
  return {
    ...plain,
    connection: fullIdentifier(plain.connection),
    cursor,
    ahead: ahead === undefined ? [] : positionsFromBytes(ahead, sinceMs),
    outbound: outbound === undefined ? [] : outboundFromBytes(outbound, logs ?? [], sinceMs),
    inbound: inbound === undefined ? [] : packetIdsFromBytes(inbound),
    ...(skip === undefined ? {} : { skip: skipFrom(skip) }),
    lastPacketId: plain.lastPacketId ?? 0,
  };
}

function skipFrom([from = '', upTo = '']: readonly string[]): NonNullable<Flow['skip']> {
  return { from: fullPosition(from), upTo: fullPosition(upTo) };
}

function positionsToBytes(positions: readonly Position[], sinceMs: number): Uint8Array {
  const writer = new ByteWriter();
  let atMs = sinceMs;
  for (const position of positions) atMs = writePosition(writer, position, atMs);
  return writer.written();
}

function positionsFromBytes(bytes: Uint8Array, sinceMs: number): Position[] {
  const reader = new ByteReader(bytes);
  const positions: Position[] = [];
  let atMs = sinceMs;
  while (!reader.isAtEnd) {
    const read = readPosition(reader, atMs);
    positions.push(read.position);
    atMs = read.atMs;
  }
  return positions;
}

function packetIdsToBytes(packetIds: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(packetIds.length * PACKET_ID_BYTES);
  for (const [index, packetId] of packetIds.entries()) bytes.writeUInt16BE(packetId, index * PACKET_ID_BYTES);
  return bytes;
}

function packetIdsFromBytes(stored: Uint8Array): number[] {
  const bytes = Buffer.from(stored);
  const count = Math.floor(bytes.length / PACKET_ID_BYTES);
  return Array.from({ length: count }, (_, index) => bytes.readUInt16BE(index * PACKET_ID_BYTES));
}
