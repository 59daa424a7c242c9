import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '#local/random';
import { connectionIdOf } from '#packets/carrying/carriage';
import type { PacketsRequest, PacketsResponse } from '#packets/carrying/exchange';
import { randomSeed } from '#test/session/random-seed';
import { memoryCarriages } from './memory-carriages.ts';
import { numberedPacket, numberIn, numbersIn } from './numbered-packets.ts';
import { Carried, VERY_LATE_MS, type Way } from './way.ts';

const CONNECTIONS = 3;
const PACKETS = 25;

/** A packet edge that writes down what it gets, and answers with packets of its own. */
class RecordingEdge {
  readonly #random: Random;
  readonly received = new Map<string, number[]>();
  readonly sent = new Map<string, number[]>();
  readonly #busy = new Set<string>();
  readonly #stampedUntilMs = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  async handle({ connection, packets }: PacketsRequest): Promise<PacketsResponse> {
    const { id } = connection;
    // One request of a connection at a time, and no older connection after a newer one.
    expect(this.#busy.has(id)).toBe(false);
    this.#busy.add(id);
    if (packets.length > 0 && !this.received.has(id)) this.received.set(id, []);
    expect([...this.received.keys()].at(-1)).toBe(id);
    for (const { data, receivedAtMs } of packets) {
      expect(receivedAtMs).toBeGreaterThan(this.#stampedUntilMs.get(id) ?? 0);
      this.#stampedUntilMs.set(id, receivedAtMs);
      this.received.get(id)?.push(numberIn(Buffer.from(data, 'base64')));
    }
    await delay(this.#random() * 5);
    const sent = this.sent.get(id) ?? [];
    this.sent.set(id, sent);
    const count = packets.length === 0 ? 0 : Math.floor(this.#random() * 4);
    const answers = Array.from({ length: count }, () => {
      sent.push(sent.length);
      // Now and then too much for one frame.
      return numberedPacket(sent.length - 1, this.#random() < 0.1 ? 60_000 : 8).toString('base64');
    });
    this.#busy.delete(id);
    return { packets: answers, lookAfterMs: 10 };
  }
}

/** What one device has written and read on each of its connections, one after the other. */
async function play(seed: number) {
  const random = seededRandom(seed);
  const clientId = `device ${seed}`;
  const isBad = random() < 0.7;
  const way: Way = {
    random,
    loses: isBad ? 0.02 + random() * 0.2 : 0,
    doubles: random() * 0.5,
    longestDelayMs: random() * 25,
  };
  const edge = new RecordingEdge(random);
  const failures: unknown[] = [];
  const carried = new Carried({
    clientId,
    way,
    carriages: memoryCarriages(),
    packets: (request) =>
      edge.handle(request).catch((error: unknown) => {
        failures.push(error);
        throw error;
      }),
  });
  const connections = [];
  for (let index = 0; index < CONNECTIONS; index += 1) {
    const nonce = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    const id = connectionIdOf(clientId, nonce);
    const stream = carried.connect(nonce);
    const read: Buffer[] = [];
    let hasEnded = false;
    stream.on('data', (bytes: Buffer) => read.push(bytes));
    let why: unknown;
    stream.on('error', (error) => {
      why = error;
    });
    stream.on('close', () => {
      hasEnded = true;
    });
    for (let number = 0; number < PACKETS && !hasEnded; number += 1) {
      const packet = numberedPacket(number);
      // In pieces, as MQTT.js writes.
      stream.write(packet.subarray(0, 3));
      stream.write(packet.subarray(3));
      if (random() < 0.5) await delay(random() * 4);
    }
    const isCut = isBad && random() < 0.3;
    if (isCut) stream.destroy();
    const isWhole = () =>
      edge.received.get(id)?.length === PACKETS &&
      numbersIn(Buffer.concat(read)).length === edge.sent.get(id)?.length;
    for (let waited = 0; !hasEnded && !isWhole() && waited < (isBad ? 200 : 2_000); waited += 1)
      await delay(10);
    const isEnded = hasEnded;
    const readThen = numbersIn(Buffer.concat(read));
    const sentThen = [...(edge.sent.get(id) ?? [])];
    const receivedThen = [...(edge.received.get(id) ?? [])];
    if (!hasEnded) {
      const closed = once(stream, 'close');
      stream.destroy();
      await closed;
    }
    connections.push({ id, isEnded, why, read: readThen, sent: sentThen, received: receivedThen });
  }
  // What is still on its way arrives, and changes nothing.
  await delay(2 * VERY_LATE_MS);
  return { connections, edge, failures, isBad };
}

const ascending = (length: number) => Array.from({ length }, (_, index) => index);

describe('a way that loses, doubles and reorders frames', () => {
  it('brings both streams over whole, once and in order, or ends the connection', async () => {
    const plays = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => ({
        seed: randomSeed + index,
        ...(await play(randomSeed + index)),
      })),
    );
    let ended = 0;
    for (const { seed, connections, edge, failures, isBad } of plays) {
      const run = `SEED=${seed}`;
      expect(failures, run).toEqual([]);
      for (const { id, isEnded, why, read, sent, received } of connections) {
        const allReceived = edge.received.get(id) ?? [];
        expect(allReceived, run).toEqual(ascending(allReceived.length));
        expect(read, run).toEqual(ascending(read.length));
        expect(read.length, run).toBeLessThanOrEqual(edge.sent.get(id)?.length ?? 0);
        // Frames that are late or come twice end nothing.
        expect(!isBad && isEnded ? { why } : 'as it should be', run).toBe('as it should be');
        if (isEnded) {
          ended += 1;
          continue;
        }
        expect(received, run).toEqual(ascending(PACKETS));
        expect(read, run).toEqual(sent);
      }
    }
    // Both happen, or the test shows nothing.
    expect(ended).toBeGreaterThan(0);
    expect(ended).toBeLessThan(plays.length * CONNECTIONS);
  }, 60_000);
});
