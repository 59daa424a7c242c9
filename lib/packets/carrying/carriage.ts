import { createHash } from 'node:crypto';

/**
 * The frames in which the control packets of one MQTT connection travel inside the messages of another, by
 * AWS IoT Core: a header, big endian, and whole control packets one after the other.
 *
 * Up:   version 1 · flags 1 · connection 16 · sequence 4 · (length of look 2 · look) · packets
 * Down: version 1 · flags 1 · connection 16 · sequence 4 · part 1 · reason code 1 · look after 4 · packets
 *
 * A device sends the next frame once the one before was answered, so what overtakes or comes twice is told
 * by its sequence number. An answer has the sequence number of its frame.
 */

/** Bytes of a frame: IoT Core carries 128 KB, the topic and the properties of the PUBLISH included. */
export const MAXIMUM_FRAME_BYTES = 126 * 1024;

const VERSION = 1;
const UP_HEADER_BYTES = 22;
const LOOK_LENGTH_BYTES = 2;
const DOWN_HEADER_BYTES = 28;

/** Bytes of the largest control packet that a frame can carry, in both directions. */
export const MAXIMUM_CARRIED_PACKET_BYTES = MAXIMUM_FRAME_BYTES - DOWN_HEADER_BYTES;

const FLAGS = {
  open: 0x01,
  close: 0x02,
  look: 0x04,
  /** The last part of an answer. */
  last: 0x08,
  /** Down, and no answer: sent because something has happened elsewhere. */
  signal: 0x10,
  lookAfter: 0x20,
} as const;

/** From a device. */
export interface UpFrame {
  /** A UUID; in the frame that opens a connection a new random one, then that of `connectionIdOf`. */
  readonly connection: string;
  /** From 0, by one. */
  readonly sequence: number;
  readonly kind: 'open' | 'packets' | 'close';
  /** What waits is asked for: as the signal named it, or all of it, if empty. */
  readonly look?: Uint8Array;
  readonly packets: Uint8Array;
}

/** To a device. */
export interface DownFrame {
  readonly connection: string;
  readonly kind: 'answer' | 'signal';
  /** Of the frame that is answered; 0 with a signal. */
  readonly sequence: number;
  /** An answer too large for one frame comes in parts, from 0. */
  readonly part: number;
  readonly isLast: boolean;
  /** No more is taken or sent: the connection has ended. */
  readonly close: boolean;
  /** Why it has ended, as MQTT 5 numbers reasons; 0 otherwise. */
  readonly reasonCode: number;
  /** Something waits; the device gives this back when it asks, as it is. Only in a signal without packets. */
  readonly look?: Uint8Array;
  /** Something may wait after so many milliseconds. */
  readonly lookAfterMs?: number;
  readonly packets: Uint8Array;
}

export type Decoded<Frame> =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly reason: string };

/**
 * The identifier of a connection, from the client identifier that the broker has authenticated and the
 * device's random UUID: nobody can take the identifier of another client's connection.
 */
export function connectionIdOf(clientId: string, nonce: string): string {
  const digest = createHash('sha256').update(bytesOf(nonce)).update(clientId).digest().subarray(0, 16);
  // Version 8 of RFC 9562: whatever its maker says.
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x80, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  return uuidOf(digest);
}

export function encodeUp({ connection, sequence, kind, look, packets }: UpFrame): Buffer {
  const header = Buffer.alloc(UP_HEADER_BYTES + (look === undefined ? 0 : LOOK_LENGTH_BYTES));
  writeHeader(header, (kind === 'packets' ? 0 : FLAGS[kind]) | (look ? FLAGS.look : 0), connection, sequence);
  if (look === undefined) return Buffer.concat([header, packets]);
  header.writeUInt16BE(look.length, UP_HEADER_BYTES);
  return Buffer.concat([header, look, packets]);
}

export function decodeUp(bytes: Uint8Array): Decoded<UpFrame> {
  const read = readHeader(bytes, UP_HEADER_BYTES);
  if (!read.ok) return read;
  const { flags, connection, sequence, rest } = read.frame;
  if ((flags & ~(FLAGS.open | FLAGS.close | FLAGS.look)) !== 0 || (flags & 0x03) === 0x03) {
    return {
      ok: false,
      reason: `its flags are 0x${flags.toString(16)}; allowed are open or close, and look`,
    };
  }
  const kind = flags & FLAGS.open ? 'open' : flags & FLAGS.close ? 'close' : 'packets';
  if (kind === 'open' && sequence !== 0) {
    return { ok: false, reason: `it opens a connection with sequence number ${sequence}; allowed is 0` };
  }
  if ((flags & FLAGS.look) === 0) return { ok: true, frame: { connection, sequence, kind, packets: rest } };
  const end = LOOK_LENGTH_BYTES + (rest.length < LOOK_LENGTH_BYTES ? 0 : rest.readUInt16BE(0));
  if (rest.length < end) return { ok: false, reason: 'it ends before what it asks for does' };
  const look = rest.subarray(LOOK_LENGTH_BYTES, end);
  return { ok: true, frame: { connection, sequence, kind, look, packets: rest.subarray(end) } };
}

export function encodeDown(down: DownFrame): Buffer {
  const header = Buffer.alloc(DOWN_HEADER_BYTES);
  const flags =
    (down.kind === 'signal' ? FLAGS.signal : 0) |
    (down.isLast ? FLAGS.last : 0) |
    (down.close ? FLAGS.close : 0) |
    (down.look === undefined ? 0 : FLAGS.look) |
    (down.lookAfterMs === undefined ? 0 : FLAGS.lookAfter);
  writeHeader(header, flags, down.connection, down.sequence);
  header.writeUInt8(down.part, 22);
  header.writeUInt8(down.reasonCode, 23);
  header.writeUInt32BE(down.lookAfterMs ?? 0, 24);
  return Buffer.concat([header, down.look ?? down.packets]);
}

export function decodeDown(bytes: Uint8Array): Decoded<DownFrame> {
  const read = readHeader(bytes, DOWN_HEADER_BYTES);
  if (!read.ok) return read;
  const { flags, connection, sequence, rest, view } = read.frame;
  const isLook = (flags & FLAGS.look) !== 0;
  const frame: DownFrame = {
    connection,
    kind: flags & FLAGS.signal ? 'signal' : 'answer',
    sequence,
    part: view.readUInt8(22),
    isLast: (flags & FLAGS.last) !== 0,
    close: (flags & FLAGS.close) !== 0,
    reasonCode: view.readUInt8(23),
    ...(isLook && { look: rest }),
    ...((flags & FLAGS.lookAfter) !== 0 && { lookAfterMs: view.readUInt32BE(24) }),
    packets: isLook ? new Uint8Array() : rest,
  };
  return { ok: true, frame };
}

function writeHeader(frame: Buffer, flags: number, connection: string, sequence: number): void {
  frame.writeUInt8(VERSION, 0);
  frame.writeUInt8(flags, 1);
  frame.set(bytesOf(connection), 2);
  frame.writeUInt32BE(sequence, 18);
}

function readHeader(bytes: Uint8Array, headerBytes: number) {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < headerBytes) {
    return { ok: false, reason: `it has ${view.length} bytes; its header alone has ${headerBytes}` } as const;
  }
  if (view[0] !== VERSION) {
    return { ok: false, reason: `its version is ${view[0]}; known is ${VERSION}` } as const;
  }
  const frame = {
    flags: view.readUInt8(1),
    connection: uuidOf(view.subarray(2, 18)),
    sequence: view.readUInt32BE(18),
    rest: view.subarray(headerBytes),
    view,
  };
  return { ok: true, frame } as const;
}

function bytesOf(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
