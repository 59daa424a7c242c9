import { setTimeout as delay } from 'node:timers/promises';
import type { Device, Fleet, Received } from '#test/scenarios/fleet';
import { type Figure, judged, type Line, type Measured, stated } from './figure.ts';
import { withFleet } from './local-cloud.ts';
import type { Progress } from './progress.ts';
import { median } from './statistics.ts';

const LEAST = 60;
const ROUNDS = 2;
const BACKLOG = 640;
const TOPICS = 8;
const BROKER_BACKLOG = 60;
const BYTES = 256;
const LIMIT_MS = 120_000;
/** Longer than the settle window, so that all of it is due at once. */
const SETTLED_MS = 5_000;

const PERSISTENT = { clean: false, properties: { sessionExpiryInterval: 3_600 } } as const;

interface Backlog {
  readonly clientId: string;
  readonly filter: string;
  readonly messages: number;
  readonly topics: number;
}

/** The client subscribes, says goodbye, and so many messages come for it. */
async function fill(fleet: Fleet, { clientId, filter, messages, topics }: Backlog, isPersistent: boolean) {
  const before = await fleet.connect(clientId, isPersistent ? PERSISTENT : {});
  await before.client.subscribeAsync(filter, { qos: 1 });
  await fleet.subscribed(clientId, filter);
  await before.disconnect();
  await fleet.away(clientId);
  const publisher = await fleet.connect(`publisher-of-${clientId}`);
  const payloads = Array.from({ length: messages }, (_, index) => String(index).padEnd(BYTES, '.'));
  await Promise.all(
    payloads.map((payload, index) =>
      publisher.client.publishAsync(filter.replace('#', `topic-${index % topics}`), payload, { qos: 1 }),
    ),
  );
  await publisher.disconnect();
}

async function all(device: Device, messages: number, progress: Progress): Promise<readonly Received[]> {
  const untilMs = Date.now() + LIMIT_MS;
  while (device.received.length < messages) {
    if (Date.now() > untilMs) throw new Error(`${device.received.length} of ${messages} messages came`);
    progress(`${device.received.length} of ${messages} messages delivered`);
    await delay(20);
  }
  return device.received;
}

async function logged(fleet: Fleet, messages: number, progress: Progress): Promise<void> {
  const untilMs = Date.now() + LIMIT_MS;
  for (;;) {
    const { length } = await fleet.items('Messages');
    if (length >= messages) return;
    if (Date.now() > untilMs) throw new Error(`${length} of ${messages} messages are logged`);
    progress(`${length} of ${messages} messages logged`);
    await delay(200);
  }
}

/** Messages a second from the first to the last, each once and in the order of its topic. */
function rateOf(received: readonly Received[], { messages }: Backlog): number {
  const lastOfTopic = new Map<string, number>();
  for (const { topic, payload } of received) {
    const number = Number.parseInt(payload.toString(), 10);
    if (number <= (lastOfTopic.get(topic) ?? -1))
      throw new Error(`Message ${number} of ${topic} is out of order`);
    lastOfTopic.set(topic, number);
  }
  if (received.length !== messages)
    throw new Error(`${received.length} messages came instead of ${messages}`);
  const firstMs = received[0]?.atMs ?? Number.NaN;
  const lastMs = received.at(-1)?.atMs ?? Number.NaN;
  return ((messages - 1) * 1000) / (lastMs - firstMs);
}

interface Rates {
  readonly many: number;
  readonly broker: number;
  readonly one: number;
}

async function round(fleet: Fleet, number: number, progress: Progress): Promise<Rates> {
  const many = {
    clientId: `durable-many-${number}`,
    filter: `fleet/many-${number}/#`,
    messages: BACKLOG,
    topics: TOPICS,
  };
  const one = { ...many, clientId: `durable-one-${number}`, filter: `fleet/one-${number}/#`, topics: 1 };
  const stored = {
    clientId: `broker-${number}`,
    // No durable topic: the broker alone has these.
    filter: `stored/${number}/#`,
    messages: BROKER_BACKLOG,
    topics: TOPICS,
  };
  for (const backlog of [many, one]) await fill(fleet, backlog, false);
  await fill(fleet, stored, true);
  await logged(fleet, 2 * BACKLOG * number, progress);
  await delay(SETTLED_MS);
  // Both return at once: the service's rate stands beside the broker's own.
  const [served, resumed] = await Promise.all([
    fleet.connect(many.clientId),
    fleet.connect(stored.clientId, PERSISTENT),
  ]);
  const brokers = await all(resumed, stored.messages, progress);
  const services = await all(served, many.messages, progress);
  const rates = { many: rateOf(services, many), broker: rateOf(brokers, stored) };
  await Promise.all([served.disconnect(), resumed.disconnect()]);
  const alone = await fleet.connect(one.clientId);
  const oneRate = rateOf(await all(alone, one.messages, progress), one);
  await alone.disconnect();
  return { ...rates, one: oneRate };
}

async function measure(fleet: Fleet, progress: Progress): Promise<Measured> {
  const rates: Rates[] = [];
  for (let number = 1; number <= ROUNDS; number += 1) {
    rates.push(await round(fleet, number, (text) => progress(`round ${number} of ${ROUNDS}: ${text}`)));
  }
  const of = (key: keyof Rates) => rates.map((each) => each[key]);
  const text = (values: readonly number[]) =>
    `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})`;
  const what = 'delivered messages a second to one client';
  const lines: Line[] = [
    judged(median(of('many')) >= LEAST, {
      what: `${what}, ${TOPICS} topics`,
      toReach: `>= ${LEAST}`,
      measured: text(of('many')),
      note: `through the local cloud over TCP, MQTT.js, ${ROUNDS} rounds of ${BACKLOG} messages of ${BYTES} B, from the first delivery to the last; deliveriesPerSecond is 80, below the broker's limit of 100`,
    }),
    stated({
      what: `${what}, one topic`,
      measured: text(of('one')),
      note: 'one message at a time, so that the order of the topic holds: each waits for the PUBACK of the one before. Here that takes a few milliseconds; to a device 100 ms away it would be at most 10 a second for each topic, and several topics side by side',
    }),
    stated({
      what: 'the same second, the broker alone: stored messages to a resumed session',
      measured: text(of('broker')),
      note: `${BROKER_BACKLOG} messages to a client with a persistent session of the broker that returned at the same moment`,
    }),
  ];
  const values = {
    'delivery.many': median(of('many')),
    'delivery.one': median(of('one')),
    'delivery.broker': median(of('broker')),
  };
  return { lines, values };
}

export const deliveryRate: Figure = {
  name: 'delivery-rate',
  title: 'how fast a returned client gets what it missed',
  run: (progress) => withFleet((fleet) => measure(fleet, progress)),
};
