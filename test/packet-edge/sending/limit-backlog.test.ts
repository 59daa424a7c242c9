import { describe, expect, test } from 'vitest';
import { unique, useConformanceServer } from '#test/conformance/conformance-server';
import { expectNothingMore } from '#test/conformance/quiet';
import { lasting } from '#test/conformance/versions';

const MOST = 5;
const PUBLISHED = Array.from({ length: 12 }, (_, index) => `message ${index}`);

describe.each([
  ['drop-oldest', PUBLISHED.slice(-MOST)],
  ['drop-newest', PUBLISHED.slice(0, MOST)],
] as const)('at most five messages may wait, %s', (overflow, kept) => {
  const server = useConformanceServer({ maximumPendingMessages: MOST, overflow });

  /** A client that was away while all of it was published. */
  async function returned(properties: object = {}) {
    const clientId = unique('limited');
    const topic = unique('limited/topic');
    const client = await server.connect(5, { clientId, ...lasting(5) });
    await client.subscribe({ topic, qos: 1 });
    await client.disconnect();
    const publisher = await server.connect(5, { clientId: unique('publisher') });
    for (const payload of PUBLISHED) await publisher.publish(topic, payload, { qos: 1 });
    const connect = { clientId, clean: false, properties: { sessionExpiryInterval: 3600, ...properties } };
    return { clientId, topic, publisher, client: await server.connect(5, connect) };
  }

  test('a client that returns gets those, and the others are counted with their reason', async () => {
    const { clientId, client } = await returned();
    expect(await client.payloads(kept.length)).toEqual(kept);
    await expectNothingMore(client);
    const session = await server.edge.sessions.get(clientId);
    expect(session?.drops).toEqual({ overflowMessages: PUBLISHED.length - MOST });
    expect(session?.lastDrops).toHaveLength(3);
  });

  test('also one that takes two at a time', async () => {
    const { clientId, client } = await returned({ receiveMaximum: 2 });
    expect(await client.payloads(kept.length)).toEqual(kept);
    await expectNothingMore(client);
    const session = await server.edge.sessions.get(clientId);
    expect(session?.drops).toEqual({ overflowMessages: PUBLISHED.length - MOST });
  });

  test('what is published once it is back does not give way', async () => {
    const { topic, publisher, client } = await returned({ receiveMaximum: 1 });
    const live = PUBLISHED.map((payload) => `live ${payload}`);
    for (const payload of live) await publisher.publish(topic, payload, { qos: 1 });
    expect(await client.payloads(kept.length + live.length)).toEqual([...kept, ...live]);
  });
});
