import type { Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { AHEAD_WHILE_FULL, MAXIMUM_AHEAD } from '#packet-edge/limits';
import type { ConnectionContext } from '#packets/carrying/exchange';
import { startFlow } from '#session/flow/flow';
import { LOG_START, positionOf } from '#session/position';
import { VirtualTime } from '#test/delivery/virtual-time';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import {
  askedOnce,
  connectPacket,
  publishPacket,
  requestOf,
  subscribePacket,
} from '../clients/asked-twice.ts';
import { packetEdge } from '../dependencies.ts';

const LIVE = 3 * AHEAD_WHILE_FULL;
/** Of QoS 0 that come while nothing is acknowledged. */
const EACH_LOOK = 64;

it('a client that acknowledges nothing keeps a flow of bounded size, and loses nothing of QoS 0', async () => {
  const time = new VirtualTime(1_795_000_000_000);
  const edge = packetEdge(memoryTables({ clock: time.clock }), time);
  const received: Packet[] = [];
  let context: ConnectionContext | undefined;
  const exchanged = async (look: boolean, ...packets: readonly Packet[]) => {
    const ask = { connection: 's', context, ...(look && { look: {} }) };
    const answer = await askedOnce(edge, requestOf(ask, time.nowMs, ...packets));
    ({ context } = answer);
    received.push(...answer.sent);
    await time.run(time.nowMs + 1);
    return answer.lookAfterMs;
  };
  const payloads = () =>
    received.flatMap((packet) => (packet.cmd === 'publish' ? [packet.payload.toString()] : []));
  const more = { properties: { sessionExpiryInterval: 600, receiveMaximum: 1 } };
  await exchanged(false, connectPacket('slow', more), subscribePacket('+', { qos: 1 }));
  await time.run(time.nowMs + 10);
  const publisher = await askedOnce(edge, requestOf({ connection: 'p' }, time.nowMs, connectPacket('fast')));
  const published = async (payload: string, qos: 0 | 1) => {
    await time.run(time.nowMs + 5);
    const packet = publishPacket('t', 1, { payload, qos, ...(qos === 0 && { messageId: undefined }) });
    await askedOnce(edge, requestOf({ connection: 'p', context: publisher.context }, time.nowMs, packet));
  };

  await published('first', 1);
  await published('second', 1);
  for (let index = 0; index < LIVE; index += 1) {
    await published(`${index}`, 0);
    if (index % EACH_LOOK === 0) await exchanged(true);
  }
  expect((await edge.flows.get('slow'))?.ahead.length).toBeLessThanOrEqual(AHEAD_WHILE_FULL + EACH_LOOK);
  expect(payloads()).not.toContain('second');

  await exchanged(false, { cmd: 'puback', messageId: 1 });
  await exchanged(false, { cmd: 'puback', messageId: 2 });
  for (let looks = 0; looks < LIVE && (await exchanged(true)) === 0; looks += 1);

  const numbers = Array.from({ length: LIVE }, (_, index) => `${index}`);
  expect(payloads().filter((payload) => payload !== 'first' && payload !== 'second')).toEqual(numbers);
  expect(payloads()).toContain('second');
  expect((await edge.flows.get('slow'))?.behind).toBeUndefined();
});

it('a client that takes messages faster than their positions settle waits for that, and gets them', async () => {
  const time = new VirtualTime(1_795_000_000_000);
  const edge = packetEdge(memoryTables({ clock: time.clock }), time);
  const asked = async (connection: string, context: ConnectionContext | undefined, ...packets: Packet[]) => {
    await time.run(time.nowMs + 5);
    const look = packets.length === 0 ? { look: {} } : {};
    return askedOnce(edge, requestOf({ connection, context, ...look }, time.nowMs, ...packets));
  };
  const { context } = await asked('s', undefined, connectPacket('fast'), subscribePacket('+', { qos: 0 }));
  const { incarnation = '' } = context ?? {};
  const ahead = Array.from({ length: MAXIMUM_AHEAD }, (_, index) => positionOf(time.nowMs, `${index}`));
  const flow = { ...startFlow('fast', incarnation, 's', LOG_START), ahead: ahead.toSorted() };
  await edge.flows.write(flow, (await edge.flows.get('fast'))?.revision);
  const publisher = await asked('p', undefined, connectPacket('publisher'));
  await asked('p', publisher.context, publishPacket('t', 1, { qos: 1 }));

  const full = await asked('s', context);
  expect(full.sent).toEqual([]);
  expect(full.lookAfterMs).toBe(1_000);
  await time.run(time.nowMs + 10_000);
  const settled = await asked('s', full.context);
  const last = await asked('s', settled.context);

  expect([...settled.sent, ...last.sent]).toMatchObject([{ cmd: 'publish', topic: 't' }]);
  expect(last.lookAfterMs).toBeUndefined();
});
