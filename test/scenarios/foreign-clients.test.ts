import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { CONFIGURATION } from './configuration.ts';
import { Fleet } from './fleet.ts';
import { type ForeignOptions, installedForeignClients, linesOf } from './foreign-clients.ts';

const MESSAGES = 10;
const PROTOCOLS = { url: 'TCP', wsUrl: 'WebSocket' } as const;
const VERSIONS = ['3.1.1', '5'] as const;
const TEST_MS = 60_000;

const cases = installedForeignClients('a session that survives').flatMap((clients) =>
  clients.addresses.flatMap((address) =>
    VERSIONS.map((version) => ({ ...clients, address, version, protocol: PROTOCOLS[address] })),
  ),
);

describe.runIf(cases.length > 0)('clients of others at the packet edge', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start(CONFIGURATION);
  }, 120_000);
  afterAll(() => fleet?.stop());

  async function subscribed(topic: string): Promise<void> {
    await eventually(async () => {
      const subscriptions = await fleet.items('Subscriptions');
      expect(subscriptions.map(({ filter }) => filter)).toContain(topic);
    });
  }

  it.each(cases)(
    '$name, version $version over $protocol: a will, and a session that survives',
    async ({ subscribe, publish, address, version }) => {
      const id = randomUUID();
      const url = fleet.cloud.listener[address];
      const options: ForeignOptions = { url, topic: `messages/${id}`, version, messages: MESSAGES };
      const willTopic = `wills/${id}`;
      const witness = subscribe({ ...options, topic: willTopic, messages: 1 });
      const witnessed = linesOf(witness);
      await subscribed(willTopic);

      const subscriber = subscribe({ ...options, will: { topic: willTopic, payload: 'it is gone' } });
      await subscribed(options.topic);
      subscriber.kill('SIGKILL');
      await once(subscriber, 'close');
      expect(await witnessed).toEqual(['it is gone']);

      const sent = Array.from({ length: MESSAGES }, (_, index) => `message ${index}`);
      const publisher = publish(options);
      const published = linesOf(publisher);
      publisher.stdin?.end(sent.map((line) => `${line}\n`).join(''));
      expect(await published).toEqual([]);

      // It has not been connected while they were published.
      expect(await linesOf(subscribe(options))).toEqual(sent);
    },
    TEST_MS,
  );
});
