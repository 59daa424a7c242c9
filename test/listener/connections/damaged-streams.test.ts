import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { type Random, seededRandom } from '#local/random';
import type { PacketsRequest, PacketsResponse } from '#packets/carrying/exchange';
import { eventually } from '#test/local/eventually';
import { CLIENT_FIXTURES } from '#test/packets/fixtures/client-fixtures';
import { mutated } from '#test/packets/fixtures/mutations';
import { randomSeed } from '#test/session/random-seed';
import { FakeFunction } from '../world/fake-function.ts';
import { numbered, payloads, RawClient } from '../world/raw-client.ts';
import { start } from '../world/start.ts';

/** Network connections; a thousand take a few seconds. */
const CONNECTIONS = Number(process.env['FUZZ_CONNECTIONS'] ?? 500);
const AT_ONCE = 25;
const MAXIMUM_PACKET_IDENTIFIER = 65_535;
/** In which one exchange has to end, on a busy machine. */
const UNDISTURBED_MS = 5_000;

const PACKETS = CLIENT_FIXTURES.map(({ bytes }) => bytes);
const CONNECTS = PACKETS.filter(([first]) => first === 0x10);

/** Mostly begins with a CONNECT that is as it should be, so that more than the first packet is looked at. */
function damagedStream(random: Random): Buffer {
  const begin = random() < 0.8 ? CONNECTS[Math.floor(random() * CONNECTS.length)] : undefined;
  const rest = Array.from({ length: 1 + Math.floor(random() * 4) }, () => mutated(PACKETS, random));
  return Buffer.concat([...(begin === undefined ? [] : [begin]), ...rest]);
}

/** Sends it in random pieces, then breaks the link or waits to be sent away; whichever comes first. */
async function sendDamaged(port: number, random: Random): Promise<void> {
  const stream = damagedStream(random);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  socket.resume();
  for (let from = 0; from < stream.length; ) {
    const to = from + 1 + Math.floor(random() * stream.length);
    socket.write(stream.subarray(from, to));
    from = to;
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (random() < 0.5) socket.resetAndDestroy();
  else socket.end();
  await closed;
}

/** A client that exchanges QoS 1 messages, one after the other, as long as it is told to. */
async function exchangeUntil(isOver: () => boolean, client: RawClient): Promise<number> {
  let count = 0;
  while (!isOver()) {
    count += 1;
    const messageId = 1 + (count % MAXIMUM_PACKET_IDENTIFIER);
    client.packets.length = 0;
    client.send({ ...numbered(count), qos: 1, messageId });
    await eventually(() => {
      expect(client.packets.map(({ cmd }) => cmd)).toEqual(['puback', 'publish']);
    }, UNDISTURBED_MS);
    expect(client.packets[0]).toMatchObject({ messageId });
    expect(payloads(client)).toEqual([String(count)]);
  }
  return count;
}

test(`${CONNECTIONS} damaged streams disturb nobody else, and leave nothing behind`, {
  timeout: 3_600_000,
}, async () => {
  const random = seededRandom(randomSeed);
  const fake = new FakeFunction();
  // What the stand-in cannot answer the function would refuse.
  const packets = async (request: PacketsRequest): Promise<PacketsResponse> =>
    fake.handle(request).catch((): PacketsResponse => ({ packets: [], close: true }));
  const { listener } = await start({ packets, limits: { connectTimeoutMs: 500 } });
  const port = listener.ports.mqtt ?? 0;
  const undisturbed = await new RawClient(port).connect({ clientId: 'undisturbed', keepalive: 0 });

  let isOver = false;
  const exchanging = exchangeUntil(() => isOver, undisturbed);
  // Awaited at the end.
  exchanging.catch(() => undefined);
  for (let count = 0; count < CONNECTIONS; count += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => sendDamaged(port, random)));
    fake.requests.length = 0;
  }
  isOver = true;

  expect(await exchanging).toBeGreaterThan(1);
  expect(undisturbed.closed).toBe(false);
  await eventually(() => expect(listener.connections).toBe(1));
});
