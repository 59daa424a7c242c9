import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Framing } from '#packets/parsing/framing';
import { randomSeed } from '#test/session/random-seed';
import { packetOf } from '../fixtures/bytes.ts';
import { CLIENT_FIXTURES } from '../fixtures/client-fixtures.ts';

const LARGE = 300_000;

/** Packets whose remaining lengths take one to three bytes. */
const PACKETS = [
  ...CLIENT_FIXTURES.map(({ bytes }) => bytes),
  packetOf(
    0x30,
    Array.from({ length: 128 }, (_, index) => index),
  ),
  packetOf(
    0x30,
    Array.from({ length: 16_384 }, (_, index) => index % 256),
  ),
];
const STREAM = Buffer.concat(PACKETS);

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function frame(framing: Framing, chunks: readonly Uint8Array[]): string[] {
  return chunks.flatMap((chunk) => framing.push(chunk).packets).map(hex);
}

describe('framing', () => {
  it('cuts a stream that comes in one piece', () => {
    expect(frame(new Framing(LARGE), [STREAM])).toEqual(PACKETS.map(hex));
  });

  it('cuts a stream that comes byte by byte', () => {
    const bytes = Array.from(STREAM, (byte) => Uint8Array.of(byte));

    expect(frame(new Framing(LARGE), bytes)).toEqual(PACKETS.map(hex));
  });

  it('cuts a stream however it is cut on the way', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...PACKETS), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 50 }),
        (packets, lengths) => {
          const framing = new Framing(LARGE);
          const stream = Buffer.concat(packets);
          const framed: string[] = [];
          for (let start = 0, turn = 0; start < stream.length; turn += 1) {
            const end = start + (lengths[turn % lengths.length] ?? 1);
            framed.push(...frame(framing, [stream.subarray(start, end)]));
            start = end;
          }
          expect(framed).toEqual(packets.map(hex));
        },
      ),
      { seed: randomSeed },
    );
  });

  it('gives packets that do not change when the chunk is used again', () => {
    const chunk = Uint8Array.of(0xc0, 0);
    const { packets } = new Framing(LARGE).push(chunk);

    chunk.fill(0xff);

    expect(packets).toEqual([Uint8Array.of(0xc0, 0)]);
  });

  it('takes a remaining length in more bytes than needed, as 3.1.1 allows', () => {
    const packet = Uint8Array.of(0x30, 0x82, 0x80, 0x80, 0x00, 1, 2);

    expect(new Framing(LARGE).push(packet)).toEqual({ packets: [packet] });
  });

  it('[MQTT 5, 1.5.5] fails at a remaining length of five bytes, behind the packets before it', () => {
    const framing = new Framing(LARGE);
    const failure = { reasonCode: 0x81, reason: expect.stringContaining('4 bytes'), clause: 'MQTT 5, 1.5.5' };

    expect(framing.push(Uint8Array.of(0xc0, 0, 0x30, 0xff, 0xff, 0xff, 0xff, 1))).toEqual({
      packets: [Uint8Array.of(0xc0, 0)],
      failure,
    });
    expect(framing.push(Uint8Array.of(0xc0, 0))).toEqual({ packets: [], failure });
  });

  it('[MQTT-3.2.2-15] fails at a packet that is too large, as soon as its length is known', () => {
    const framing = new Framing(130);

    expect(framing.push(packetOf(0x30, new Array<number>(127).fill(0)))).toMatchObject({
      packets: [{ length: 129 }],
    });
    expect(framing.push(Uint8Array.of(0x30, 0x80, 0x01))).toEqual({
      packets: [],
      failure: {
        reasonCode: 0x95,
        reason: 'a packet has at most 130 bytes, but one of 131 came',
        clause: 'MQTT-3.2.2-15',
      },
    });
  });

  it('reserves no memory for a length alone', () => {
    const before = process.memoryUsage().arrayBuffers;
    const framings = Array.from({ length: 1_000 }, () => new Framing(256 * 1024 * 1024));

    // Each says that 200 MB follow, and sends one byte of them.
    for (const framing of framings) framing.push(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x64, 0));

    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
    expect(framings.map((framing) => framing.push(Uint8Array.of(0)).packets.length)).not.toContain(1);
  });

  it('copies each byte a bounded number of times, though they come one by one', () => {
    const packet = packetOf(0x30, new Array<number>(20_000).fill(7));
    const framing = new Framing(packet.length);
    const copying = vi.spyOn(Uint8Array.prototype, 'set');

    const packets = Array.from(packet, (byte) => framing.push(Uint8Array.of(byte)).packets).flat();
    const copied = copying.mock.calls.reduce((bytes, [source]) => bytes + source.length, 0);
    copying.mockRestore();

    expect(packets).toEqual([packet]);
    expect(copied).toBeLessThan(3 * packet.length);
  });
});
