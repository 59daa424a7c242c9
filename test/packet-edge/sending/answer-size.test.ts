import { randomBytes } from 'node:crypto';
import type { Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { Exchange } from '#packet-edge/exchange';
import { dispatchSignals } from '#packet-edge/signals/signals';
import { VirtualTime } from '#test/delivery/virtual-time';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import {
  type Answered,
  type Ask,
  askedOnce,
  connectPacket,
  publishPacket,
  requestOf,
  subscribePacket,
} from '../clients/asked-twice.ts';
import { packetEdge, type TestEdge } from '../dependencies.ts';

/** Bytes that Lambda takes as the answer of a function. */
const LAMBDA_ANSWER = 6_291_556;
const PAYLOAD = randomBytes(200_000);
const MESSAGES = 60;

function started() {
  const time = new VirtualTime(1_795_000_000_000);
  return { time, edge: packetEdge(memoryTables({ clock: time.clock }), time) };
}

/** Asks as a listener does: at once again where the answer says so. Every answer has to fit. */
async function followed(edge: TestEdge, time: VirtualTime, first: Ask, ...packets: readonly Packet[]) {
  const sent: Packet[] = [];
  let answer: Answered = await askedOnce(edge, requestOf(first, time.nowMs, ...packets));
  for (;;) {
    expect(JSON.stringify({ ...answer, sent: [] }).length).toBeLessThan(LAMBDA_ANSWER);
    sent.push(...answer.sent);
    if (answer.lookAfterMs !== 0) return { sent, context: answer.context };
    await time.run(time.nowMs + 1);
    const again = { ...first, context: answer.context, look: {} };
    answer = await askedOnce(edge, requestOf(again, time.nowMs));
  }
}

const identifiersOf = (packets: readonly Packet[]) =>
  packets.flatMap((packet) => (packet.cmd === 'publish' ? [packet.messageId] : []));

it.each([1, 2] as const)(
  '[MQTT-4.4.0-1] large messages of QoS %i under way are sent again in as many answers as it takes, in order',
  async (qos) => {
    const { edge, time } = started();
    const connected = async (connection: string, clientId: string): Promise<Ask> => {
      const { context } = await followed(edge, time, { connection }, connectPacket(clientId));
      return { connection, context };
    };
    const subscriber = await connected('s1', 'subscriber');
    const subscribed = await followed(edge, time, subscriber, subscribePacket('large', { qos }));
    await time.run(time.nowMs + 10);
    const publisher = await connected('p', 'publisher');
    for (let index = 1; index <= MESSAGES; index += 1) {
      await askedOnce(
        edge,
        requestOf(publisher, time.nowMs, publishPacket('large', index, { payload: PAYLOAD })),
      );
      await time.run(time.nowMs + 1);
    }
    const looking = { ...subscriber, context: subscribed.context, look: {} };
    const { sent } = await followed(edge, time, looking);
    expect(identifiersOf(sent)).toHaveLength(MESSAGES);

    const again = await followed(edge, time, { connection: 's2' }, connectPacket('subscriber'));

    expect(identifiersOf(again.sent)).toEqual(identifiersOf(sent));
    expect(again.sent.every((packet) => packet.cmd !== 'publish' || packet.dup)).toBe(true);
  },
);

it('[MQTT-3.3.1-9] retained messages of QoS 0 come in as many answers as it takes', async () => {
  const { edge, time } = started();
  const topics = Array.from({ length: MESSAGES }, (_, index) => `kept/${index}`);
  const publisher: Ask = {
    connection: 'p',
    context: (await followed(edge, time, { connection: 'p' }, connectPacket('publisher'))).context,
  };
  for (const topic of topics) {
    const more = { qos: 0, messageId: undefined, retain: true, payload: PAYLOAD };
    await askedOnce(edge, requestOf(publisher, time.nowMs, publishPacket(topic, 0, more)));
    await time.run(time.nowMs + 1);
  }
  const { context } = await followed(edge, time, { connection: 's' }, connectPacket('subscriber'));

  const { sent } = await followed(edge, time, { connection: 's', context }, subscribePacket('kept/+'));

  const received = sent.flatMap((packet) => (packet.cmd === 'publish' ? [packet] : []));
  expect(received.map(({ topic }) => topic).toSorted()).toEqual(topics.toSorted());
  expect(received.every(({ retain, qos }) => retain && qos === 0)).toBe(true);
});

it('an answer takes as many signals as it has room for; the others go by the queue of the listener', async () => {
  const { edge, time } = started();
  const request = requestOf({ connection: 'publisher' }, time.nowMs);
  const exchange = new Exchange(request, edge);
  const carrier = request.connection.carrier;
  const online = Array.from({ length: 60_000 }, (_, index) => `${index}`.padStart(36, '0'));
  await dispatchSignals(
    online.map((connectionId) => ({
      clientId: connectionId,
      carrier,
      signal: { kind: 'look', connectionId, filters: ['to/all'] },
    })),
    edge,
    exchange,
  );
  const answer = exchange.response();
  expect(JSON.stringify(answer).length).toBeLessThan(LAMBDA_ANSWER / 2);
  const queued = edge.sentSignals.flatMap(({ address, signals }) => (address === 'here' ? signals : []));
  const told = [...(answer.signals ?? []), ...queued].map(({ connectionId }) => connectionId);
  expect(told).toEqual(online);
});
