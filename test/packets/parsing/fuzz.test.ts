import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '#local/random';
import { generatePacket } from '#packets/generating/generate';
import { Framing } from '#packets/parsing/framing';
import { type Parsed, parsePacket } from '#packets/parsing/parse';
import { checkTopicFilter } from '#session/topics/topic-filter';
import { checkTopicName } from '#session/topics/topic-name';
import { randomSeed } from '#test/session/random-seed';
import { CLIENT_FIXTURES } from '../fixtures/client-fixtures.ts';
import { mutated } from '../fixtures/mutations.ts';
import { SERVER_FIXTURES } from '../fixtures/server-fixtures.ts';

/** Streams of up to four packets each; a million takes minutes. */
const ITERATIONS = Number(process.env['FUZZ_ITERATIONS'] ?? 20_000);
const MAXIMUM_PACKET_BYTES = 4_096;
/** Of processor time, so that a machine with much else to do makes no difference. */
const HANGING_MS = 1_000;
const MAXIMUM_GROWTH_BYTES = 256 * 1024 * 1024;

const PACKETS = [...CLIENT_FIXTURES, ...SERVER_FIXTURES].map(({ bytes }) => bytes);

/** What does not hold of a packet's outcome, though later code relies on it. */
function violation(parsed: Parsed, protocolVersion: 4 | 5 | undefined): string | undefined {
  if (!parsed.ok) {
    if (parsed.reasonCode < 0x80) return 'a refusal that is no failure';
    // The strict walk has let something pass that mqtt-packet does not take.
    return parsed.reason === 'the packet cannot be read' ? parsed.reason : undefined;
  }
  const { packet } = parsed;
  if ((packet.cmd === 'connect') !== (protocolVersion === undefined)) return 'CONNECT at the wrong time';
  if ('packetId' in packet && packet.packetId === 0) return 'packet identifier 0';
  const topics = [
    ...(packet.cmd === 'publish' && packet.topic !== '' ? [packet.topic] : []),
    ...(packet.cmd === 'connect' && packet.will !== undefined ? [packet.will.topic] : []),
  ];
  // Payloads are lists of numbers in JSON, so that only texts can contain it.
  if (JSON.stringify(packet).includes('\\u0000')) return 'a text with U+0000';
  if (!topics.every((topic) => checkTopicName(topic).valid)) return 'a bad topic';
  if (
    packet.cmd === 'subscribe' &&
    !packet.subscriptions.every(({ filter }) => checkTopicFilter(filter).valid)
  ) {
    return 'a bad filter';
  }
  if (packet.cmd !== 'publish') return undefined;
  if ('packetId' in packet !== packet.qos > 0) return 'a packet identifier with QoS 0, or none with another';
  // A publisher's packet is one that the server may send on.
  const again = parsePacket(generatePacket(packet, protocolVersion ?? 5), protocolVersion);
  return isDeepStrictEqual(again, parsed) ? undefined : 'a PUBLISH that changes on its way';
}

describe('damaged packets', () => {
  it(`are refused or taken, ${ITERATIONS} streams of them, and nothing else happens`, {
    timeout: 3_600_000,
  }, () => {
    const random = seededRandom(randomSeed);
    const seen = { taken: 0, refused: 0, failed: 0, longestMs: 0 };
    const violations: string[] = [];
    const heapBefore = process.memoryUsage().heapUsed;

    for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
      const framing = new Framing(MAXIMUM_PACKET_BYTES);
      const stream = Buffer.concat(
        Array.from({ length: 1 + Math.floor(random() * 4) }, () => mutated(PACKETS, random)),
      );
      const startedAt = process.cpuUsage();
      for (let start = 0; start < stream.length; ) {
        const end = start + 1 + Math.floor(random() * stream.length);
        const { packets, failure } = framing.push(stream.subarray(start, end));
        for (const packet of packets) {
          for (const protocolVersion of [undefined, 4, 5] as const) {
            const parsed = parsePacket(packet, protocolVersion);
            const violated = violation(parsed, protocolVersion);
            if (violated !== undefined)
              violations.push(`${violated}: ${Buffer.from(packet).toString('hex')}`);
            seen[parsed.ok ? 'taken' : 'refused'] += 1;
          }
        }
        start = failure === undefined ? end : stream.length;
        if (failure !== undefined) seen.failed += 1;
      }
      seen.longestMs = Math.max(seen.longestMs, process.cpuUsage(startedAt).user / 1_000);
    }

    expect(violations).toEqual([]);
    expect(seen.longestMs).toBeLessThan(HANGING_MS);
    expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(MAXIMUM_GROWTH_BYTES);
    // Otherwise the mutations would be too wild, or too tame, to find anything.
    expect(seen.taken).toBeGreaterThan(ITERATIONS / 10);
    expect(seen.refused).toBeGreaterThan(ITERATIONS / 10);
    expect(seen.failed).toBeGreaterThan(0);
  });
});
