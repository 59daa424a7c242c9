import { describe, expect, it } from 'vitest';
import { seededRandom } from '#local/random';
import { Framing } from '#packets/framing';
import { generatePacket } from '#packets/generate';
import { type Parsed, parsePacket } from '#packets/parse';
import { checkTopicFilter } from '#session/topic-filter';
import { checkTopicName } from '#session/topic-name';
import { randomSeed } from '#test/session/random-seed';
import { CLIENT_FIXTURES } from './client-fixtures.ts';
import { mutated } from './mutations.ts';
import { SERVER_FIXTURES } from './server-fixtures.ts';

/** Streams of up to four packets each; a million takes minutes. */
const ITERATIONS = Number(process.env['FUZZ_ITERATIONS'] ?? 20_000);
const MAXIMUM_PACKET_BYTES = 4_096;
/** No packet of that size keeps anybody busy for so long, even on a machine that has much else to do. */
const HANGING_MS = 2_000;
const MAXIMUM_GROWTH_BYTES = 256 * 1024 * 1024;

const PACKETS = [...CLIENT_FIXTURES, ...SERVER_FIXTURES].map(({ bytes }) => bytes);

/** What must hold of whatever is taken, so that no later code has to ask. */
function checkTaken(parsed: Parsed, protocolVersion: 4 | 5 | undefined): void {
  if (!parsed.ok) {
    expect(parsed.reasonCode).toBeGreaterThanOrEqual(0x80);
    // That would be a packet on which mqtt-packet and the strict walk before it disagree.
    expect(parsed.reason).not.toBe('the packet cannot be read');
    return;
  }
  const { packet } = parsed;
  expect(packet.cmd === 'connect').toBe(protocolVersion === undefined);
  if ('packetId' in packet) expect(packet.packetId).toBeGreaterThan(0);
  switch (packet.cmd) {
    case 'publish':
      expect('packetId' in packet).toBe(packet.qos > 0);
      if (packet.topic !== '') expect(checkTopicName(packet.topic)).toEqual({ valid: true });
      // A publisher's packet is one that the server may send on.
      expect(parsePacket(generatePacket(packet, protocolVersion ?? 5), protocolVersion)).toEqual(parsed);
      break;
    case 'subscribe':
      for (const { filter } of packet.subscriptions)
        expect(checkTopicFilter(filter)).toEqual({ valid: true });
      break;
    case 'connect':
      if (packet.will !== undefined) expect(checkTopicName(packet.will.topic)).toEqual({ valid: true });
      break;
    default:
  }
}

describe('damaged packets', () => {
  it(`are refused or taken, ${ITERATIONS} streams of them, and nothing else happens`, {
    timeout: 3_600_000,
  }, () => {
    const random = seededRandom(randomSeed);
    const seen = { taken: 0, refused: 0, failed: 0, longestMs: 0 };
    const heapBefore = process.memoryUsage().heapUsed;

    for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
      const framing = new Framing(MAXIMUM_PACKET_BYTES);
      const stream = Buffer.concat(
        Array.from({ length: 1 + Math.floor(random() * 4) }, () => mutated(PACKETS, random)),
      );
      const startedAtMs = performance.now();
      for (let start = 0; start < stream.length; ) {
        const end = start + 1 + Math.floor(random() * stream.length);
        const { packets, failure } = framing.push(stream.subarray(start, end));
        for (const packet of packets) {
          for (const protocolVersion of [undefined, 4, 5] as const) {
            const parsed = parsePacket(packet, protocolVersion);
            checkTaken(parsed, protocolVersion);
            seen[parsed.ok ? 'taken' : 'refused'] += 1;
          }
        }
        start = failure === undefined ? end : stream.length;
        if (failure !== undefined) seen.failed += 1;
      }
      seen.longestMs = Math.max(seen.longestMs, performance.now() - startedAtMs);
    }

    expect(seen.longestMs).toBeLessThan(HANGING_MS);
    expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(MAXIMUM_GROWTH_BYTES);
    // Otherwise the mutations would be too wild, or too tame, to find anything.
    expect(seen.taken).toBeGreaterThan(ITERATIONS / 10);
    expect(seen.refused).toBeGreaterThan(ITERATIONS / 10);
    expect(seen.failed).toBeGreaterThan(0);
  });
});
