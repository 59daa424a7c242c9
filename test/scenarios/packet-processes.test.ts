import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LocalListener } from '#local/listener/local-listener';
import { seededRandom } from '#local/random';
import { eventually } from '#test/local/eventually';
import { randomSeed } from '#test/session/random-seed';
import { CONFIGURATION } from './configuration.ts';
import { Fleet } from './fleet.ts';
import { installedForeignClients, linesOf } from './foreign-clients.ts';
import { type Moment, RoamingClient } from './roaming-client.ts';

const PUBLISHING: readonly Moment[] = [
  { event: 'packetsend', cmd: 'publish' },
  { event: 'packetreceive', cmd: 'pubrec' },
  { event: 'packetsend', cmd: 'pubrel' },
  { event: 'packetreceive', cmd: 'pubcomp' },
];
const SUBSCRIBED: readonly Moment[] = [
  { event: 'packetreceive', cmd: 'publish' },
  { event: 'packetsend', cmd: 'pubrec' },
  { event: 'packetreceive', cmd: 'pubrel' },
  { event: 'packetsend', cmd: 'pubcomp' },
];
const THROTTLE_RATE = 0.1;
/** On a busy machine. */
const LIMIT_MS = 30_000;
const TEST_MS = 120_000;
const FOREIGN_MESSAGES = 20;
const KILLED_AFTER = 9;

describe('QoS 2 while processes die', () => {
  const random = seededRandom(randomSeed);
  let fleet: Fleet;
  let throttled = 0;
  let isThrottling = false;
  const listeners: LocalListener[] = [];
  const clients: RoamingClient[] = [];

  beforeAll(async () => {
    fleet = await Fleet.start(CONFIGURATION, {
      throttle: (_, caller) => {
        if (!isThrottling || !caller?.startsWith('packets') || random() >= THROTTLE_RATE) return undefined;
        throttled += 1;
        return 'ProvisionedThroughputExceededException';
      },
    });
    listeners.push(fleet.cloud.listener, await fleet.cloud.startListener());
  }, 120_000);
  beforeEach(() => {
    isThrottling = false;
  });
  afterAll(async () => {
    for (const { client } of clients) client.end(true);
    await fleet?.stop();
  });

  async function pair(protocolVersion: 4 | 5, address: 'url' | 'wsUrl') {
    const id = randomUUID();
    const urls = listeners.map((listener) => listener[address]);
    const publisher = new RoamingClient({ clientId: `publisher/${id}`, protocolVersion, urls });
    const subscriber = new RoamingClient({ clientId: `subscriber/${id}`, protocolVersion, urls });
    clients.push(publisher, subscriber);
    await subscriber.client.subscribeAsync(`processes/${id}`, { qos: 2 });
    const publish = (text: string) => publisher.client.publishAsync(`processes/${id}`, text, { qos: 2 });
    return { publisher, subscriber, publish };
  }

  /** The process is gone; another one takes its port when both clients have gone on elsewhere. */
  async function replace(port: number): Promise<void> {
    const index = listeners.findIndex(({ url, wsUrl }) =>
      [url, wsUrl].some((each) => Number(new URL(each).port) === port),
    );
    const listener = listeners[index];
    if (listener === undefined) throw new Error(`No listener has port ${port}`);
    listener.kill();
    const [tcp, ws] = [listener.url, listener.wsUrl].map((each) => Number(new URL(each).port));
    listeners[index] = await fleet.cloud.startListener({ port: tcp ?? 0, wsPort: ws ?? 0 });
  }

  it.each([
    ['TCP', 5, 'url'],
    ['WebSocket', 4, 'wsUrl'],
  ] as const)(
    'comes once over %s, wherever a listener is killed in a handshake',
    async (_, version, address) => {
      const { publisher, subscriber, publish } = await pair(version, address);
      const moments = [
        ...PUBLISHING.map((moment) => ({ moment, client: publisher })),
        ...SUBSCRIBED.map((moment) => ({ moment, client: subscriber })),
      ];
      const sent: string[] = [];
      for (const { moment, client } of moments) {
        const replaced = new Promise<void>((resolve, reject) => {
          client.at(moment, () => replace(client.port).then(resolve, reject));
        });
        const text = `${sent.length} ${moment.event} ${moment.cmd}`;
        sent.push(text);
        await Promise.all([publish(text), replaced]);
        await eventually(() => expect(subscriber.received).toContain(text), LIMIT_MS);
      }
      expect(subscriber.received).toEqual(sent);
    },
    60_000,
  );

  it(
    'comes once, wherever the function is killed',
    async () => {
      const { subscriber, publish } = await pair(5, 'url');
      const sent = Array.from({ length: 12 }, (_, index) => `message ${index}`);
      let killed = 0;
      for (const text of sent) {
        const published = publish(text);
        await delay(random() * 15);
        killed += await fleet.cloud.function('packets').kill();
        await published;
      }
      expect(killed).toBeGreaterThan(0);
      await eventually(() => expect(subscriber.received).toHaveLength(sent.length), LIMIT_MS);
      expect(subscriber.received).toEqual(sent);
    },
    TEST_MS,
  );

  it(
    'comes once while DynamoDB throttles',
    async () => {
      const { subscriber, publish } = await pair(4, 'url');
      const sent = Array.from({ length: 10 }, (_, index) => `message ${index}`);
      isThrottling = true;
      await Promise.all(sent.map(publish));
      await eventually(() => expect(subscriber.received).toHaveLength(sent.length), LIMIT_MS);
      isThrottling = false;
      expect(throttled).toBeGreaterThan(0);
      expect(subscriber.received).toEqual(sent);
    },
    TEST_MS,
  );

  const versions = ['3.1.1', '5'] as const;
  const foreign = installedForeignClients('QoS 2 while a listener is killed');
  it.each(foreign.flatMap((clients) => versions.map((version) => ({ ...clients, version }))))(
    'comes once by $name, version $version, while the listener is killed and comes back',
    async ({ subscribe, publish, version }) => {
      const topic = `foreign/${randomUUID()}`;
      const url = listeners[0]?.url ?? '';
      const options = { url, topic, version, messages: FOREIGN_MESSAGES };
      const subscriber = subscribe(options);
      const received = linesOf(subscriber);
      await eventually(async () => {
        const subscriptions = await fleet.items('Subscriptions');
        expect(subscriptions.some(({ filter }) => filter === topic)).toBe(true);
      }, LIMIT_MS);
      const publisher = publish(options);
      const published = linesOf(publisher);
      // A client whose first connection is refused gives up; only a later one is tried again.
      await eventually(async () => {
        const sessions = await fleet.items('Sessions');
        expect(sessions.filter(({ clientId }) => `${clientId}`.endsWith(topic))).toHaveLength(2);
      }, LIMIT_MS);
      const sent = Array.from({ length: FOREIGN_MESSAGES }, (_, index) => `message ${index}`);
      for (const [index, line] of sent.entries()) {
        publisher.stdin?.write(`${line}\n`);
        await delay(random() * 10);
        if (index === KILLED_AFTER) await replace(Number(new URL(url).port));
      }
      publisher.stdin?.end();
      expect(await published).toEqual([]);
      expect(await received).toEqual(sent);
    },
    TEST_MS,
  );
});
