import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  connectionIdOf,
  type DownFrame,
  decodeDown,
  decodeUp,
  encodeDown,
  encodeUp,
  MAXIMUM_CARRIED_PACKET_BYTES,
  MAXIMUM_FRAME_BYTES,
  type UpFrame,
} from '#packets/carrying/carriage';
import { randomSeed } from '#test/session/random-seed';

const ID = '01234567-89ab-4cde-8f01-23456789abcd';
const uuid = fc.uuid();
const bytes = fc.uint8Array({ maxLength: 300 });
const uint32 = fc.nat(0xffff_ffff);

const upFrames: fc.Arbitrary<UpFrame> = fc
  .record({
    connection: uuid,
    kind: fc.constantFrom('open', 'packets', 'close'),
    sequence: uint32,
    look: fc.option(bytes, { nil: undefined }),
    packets: bytes,
  })
  .map(({ look, ...frame }) => ({
    ...frame,
    sequence: frame.kind === 'open' ? 0 : frame.sequence,
    ...(look !== undefined && { look }),
  }));

const downFrames: fc.Arbitrary<DownFrame> = fc
  .record({
    connection: uuid,
    kind: fc.constantFrom('answer', 'signal'),
    sequence: uint32,
    part: fc.nat(255),
    isLast: fc.boolean(),
    close: fc.boolean(),
    reasonCode: fc.nat(255),
    look: fc.option(bytes, { nil: undefined }),
    lookAfterMs: fc.option(uint32, { nil: undefined }),
    packets: bytes,
  })
  .map(({ look, lookAfterMs, ...frame }) => ({
    ...frame,
    ...(look === undefined ? {} : { look, packets: new Uint8Array() }),
    ...(lookAfterMs !== undefined && { lookAfterMs }),
  }));

/** With plain arrays in place of views and buffers. */
const plain = (frame: object) =>
  Object.fromEntries(
    Object.entries(frame).map(([key, value]) => [key, value instanceof Uint8Array ? [...value] : value]),
  );

describe('a frame', () => {
  it('is read as it was written, up and down', () => {
    const read = { seed: randomSeed, numRuns: 500 };
    fc.assert(
      fc.property(upFrames, (frame) => {
        const decoded = decodeUp(encodeUp(frame));
        expect(decoded.ok && plain(decoded.frame)).toEqual(plain(frame));
      }),
      read,
    );
    fc.assert(
      fc.property(downFrames, (frame) => {
        const decoded = decodeDown(encodeDown(frame));
        expect(decoded.ok && plain(decoded.frame)).toEqual(plain(frame));
      }),
      read,
    );
  });

  it('is laid out as it is written down', () => {
    const packets = Uint8Array.of(0xc0, 0);
    const up = { connection: ID, sequence: 258, kind: 'packets', packets } as const;
    const id = '0123456789ab4cde8f0123456789abcd';
    expect(encodeUp(up).toString('hex')).toBe(`0100${id}00000102c000`);
    expect(encodeUp({ ...up, look: Uint8Array.of(7) }).toString('hex')).toBe(`0104${id}00000102000107c000`);
    const down = { ...up, kind: 'answer', part: 3, isLast: true, close: true, reasonCode: 0x8e } as const;
    expect(encodeDown({ ...down, lookAfterMs: 16 }).toString('hex')).toBe(
      `012a${id}00000102038e00000010c000`,
    );
  });

  it('holds the largest packet beside what is asked for', () => {
    const packets = new Uint8Array(MAXIMUM_CARRIED_PACKET_BYTES);
    const frame = { connection: ID, sequence: 0, kind: 'open', look: new Uint8Array(), packets } as const;
    expect(encodeUp(frame).length).toBeLessThanOrEqual(MAXIMUM_FRAME_BYTES);
  });

  it.each([
    ['nothing', '', 'it has 0 bytes; its header alone has 22'],
    ['too little', `0100${'00'.repeat(19)}`, 'it has 21 bytes; its header alone has 22'],
    ['another version', `02${'00'.repeat(21)}`, 'its version is 2; known is 1'],
    ['an unknown flag', `0108${'00'.repeat(20)}`, /its flags are 0x8; allowed are/],
    ['what opens and closes', `0103${'00'.repeat(20)}`, /its flags are 0x3; allowed are/],
    [
      'an opening that is not the first',
      `0101${'00'.repeat(19)}01`,
      /opens a connection with sequence number 1/,
    ],
    ['a cut question', `0104${'00'.repeat(20)}0002aa`, 'it ends before what it asks for does'],
    ['a question without a length', `0104${'00'.repeat(20)}00`, 'it ends before what it asks for does'],
  ])('of %s is refused', (_, hex, reason) => {
    const decoded = decodeUp(Buffer.from(hex, 'hex'));
    expect(decoded.ok).toBe(false);
    expect(!decoded.ok && decoded.reason).toEqual(
      typeof reason === 'string' ? reason : expect.stringMatching(reason),
    );
  });

  it('of any bytes is read or refused, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (any) => {
        if (any.length > 0) any[0] = 1;
        decodeUp(any);
        decodeDown(any);
      }),
      { seed: randomSeed, numRuns: 2_000 },
    );
  });
});

describe('the identifier of a connection', () => {
  it('is of one client: another one with the same random number has another', () => {
    expect(connectionIdOf('a', ID)).toBe(connectionIdOf('a', ID));
    expect(connectionIdOf('a', ID)).not.toBe(connectionIdOf('b', ID));
    expect(connectionIdOf('a', ID)).not.toBe(ID);
    expect(connectionIdOf('a', ID)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});
