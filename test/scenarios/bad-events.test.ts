import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { type Device, Fleet } from './fleet.ts';
import { MIXED_FLEET } from './mixed-fleet.ts';

interface DeadLetter {
  readonly source: string;
  readonly reason: { readonly code: string; readonly message: string };
  readonly event: unknown;
}

/** 128 bytes, as many as a client identifier may have. */
const LONGEST_CLIENT_ID = 'durable-pump house / 2nd floor 🏭 / '.padEnd(126, 'x');

describe('events that nobody expects', () => {
  let fleet: Fleet;
  let publisher: Device;
  let lambda: LambdaClient;
  beforeAll(async () => {
    fleet = await Fleet.start(MIXED_FLEET, { failureDelaySeconds: 0.1, retryDelaysSeconds: [0.1, 0.1] });
    publisher = await fleet.connect('publisher');
    const { aws: endpoint, region } = fleet.cloud.endpoints;
    lambda = new LambdaClient({
      endpoint,
      region,
      maxAttempts: 1,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  }, 120_000);
  afterAll(async () => {
    lambda?.destroy();
    await fleet?.stop();
  });

  function letters(): DeadLetter[] {
    return fleet.cloud
      .queue('DeadLetters')
      .list()
      .map(({ body }) => JSON.parse(body) as DeadLetter);
  }

  /** The refusals that have to do with a client or a mark; whoever reads them learns what is wrong. */
  function refusals(mark: string): string[] {
    return letters()
      .filter((letter) => JSON.stringify(letter).includes(mark))
      .map(({ source, reason }) => `${source}: ${reason.message}`);
  }

  async function invoke(name: string, event: unknown) {
    const answer = await lambda.send(
      new InvokeCommand({
        FunctionName: fleet.cloud.endpoints.functions[name],
        Payload: Buffer.from(typeof event === 'string' ? event : JSON.stringify(event)),
      }),
    );
    return answer.FunctionError;
  }

  async function leave(clientId: string, filter: string): Promise<void> {
    const device = await fleet.connect(clientId);
    await device.client.subscribeAsync(filter, { qos: 1 });
    await fleet.subscribed(clientId, filter);
    device.cut();
    await fleet.away(clientId);
  }

  it.concurrent('are not taken at all when they are not JSON', async () => {
    await expect(invoke('lifecycle', '{"eventType":')).rejects.toThrow(/JSON/);
  });

  it.concurrent.each([
    [
      'lifecycle',
      'an unknown type',
      { eventType: 'exploded', clientId: 'odd-type', timestamp: 1 },
      /eventType/,
    ],
    [
      'lifecycle',
      'no session identifier',
      { eventType: 'connected', clientId: 'odd-fields', timestamp: 1, versionNumber: 0 },
      /sessionIdentifier/,
    ],
    [
      'lifecycle',
      'no filters',
      { eventType: 'subscribed', clientId: 'odd-topics', timestamp: 1, sessionIdentifier: 's' },
      /topics/,
    ],
    ['lifecycle', 'a text', 'odd text', /lifecycle event/],
    ['ingest', 'no payload', { topic: 'fleet/odd-payload', messageId: 'm', receivedAt: 1 }, /payload/],
    [
      'ingest',
      'no base64',
      { topic: 'fleet/odd-base64', messageId: 'm', receivedAt: 1, payload: '***' },
      /base64/,
    ],
    [
      'ingest',
      'wildcards for a topic',
      { topic: 'fleet/odd-wildcard/#', messageId: 'm', receivedAt: 1, payload: '' },
      /wildcards/,
    ],
  ] as const)('%s: one with %s is kept with its reason, and not tried again', async (...row) => {
    const [name, , event, reason] = row;
    const mark = /odd[- ]\w+/.exec(JSON.stringify(event))?.[0] ?? '';

    expect(await invoke(name, typeof event === 'string' ? JSON.stringify(event) : event)).toBeUndefined();

    await eventually(() => expect(refusals(mark)).toHaveLength(1));
    expect(refusals(mark)[0]).toMatch(reason);
  });

  it.concurrent('in a queue do no harm to the good ones beside them', async () => {
    const clientId = 'durable-good';
    await leave(clientId, 'fleet/good/#');
    await publisher.client.publishAsync('fleet/good/a', 'good', { qos: 1 });
    fleet.cloud.queue('Deliveries').send('odd delivery');
    fleet.cloud.queue('Deliveries').send('{"client":"odd-delivery"}');
    const returned = await fleet.connect(clientId);
    fleet.cloud.queue('Deliveries').send('[]');

    await eventually(() => expect(returned.texts()).toEqual(['good']), 30_000);
    await eventually(() => {
      expect(letters().filter(({ source }) => source === 'deliver')).toHaveLength(3);
    }, 40_000);
  }, 60_000);

  it.concurrent('from a device that declares nonsense change nothing of its session', async () => {
    const clientId = 'durable-declares';
    const device = await fleet.connect(clientId);
    await device.client.subscribeAsync('fleet/declares/#', { qos: 1 });
    await fleet.subscribed(clientId, 'fleet/declares/#');
    const before = await fleet.session(clientId);
    const words = ['{"cleanStart":', '{"cleanstart":true}', '{"sessionExpiryInterval":-1}', '[1]'];
    for (const text of words)
      await device.client.publishAsync('$aws/rules/mqtt_sessions_session/x', text, { qos: 1 });

    await eventually(() => expect(refusals(clientId)).toHaveLength(words.length), 40_000);
    for (const refusal of refusals(clientId)) expect(refusal).toMatch(/^lifecycle: A declaration came/);
    expect((await fleet.session(clientId))?.incarnation).toBe(before?.incarnation);
  }, 60_000);

  it.concurrent('with filters over the limits are refused filter by filter', async () => {
    const clientId = 'durable-limits';
    await leave(clientId, 'fleet/limits/first');
    const connection = (await fleet.session(clientId))?.connections.at(-1);
    const bad = ['fleet/limits/3/4/5/6/7/8/9', `fleet/${'x'.repeat(256)}`, 'fleet/#/limits', ''];

    const failure = await invoke('lifecycle', {
      eventType: 'subscribed',
      clientId,
      sessionIdentifier: connection?.sessionIdentifier,
      timestamp: connection?.connectedAtMs ?? 0,
      topics: [...bad, 'fleet/limits/second'],
    });

    expect(failure).toBeUndefined();
    await fleet.subscribed(clientId, 'fleet/limits/second');
    await eventually(() => expect(refusals(clientId)).toHaveLength(bad.length), 40_000);
    const items = await fleet.items('Subscriptions');
    const filters = items.filter((item) => item['clientId'] === clientId).map((item) => item['filter']);
    expect(filters.sort()).toEqual(['fleet/limits/first', 'fleet/limits/second']);
  }, 60_000);

  it.concurrent('about a client identifier of 128 bytes bring it what it missed', async () => {
    expect(Buffer.byteLength(LONGEST_CLIENT_ID)).toBe(128);
    await leave(LONGEST_CLIENT_ID, 'fleet/long/#');
    await publisher.client.publishAsync('fleet/long/a', 'found', { qos: 1 });
    const returned = await fleet.connect(LONGEST_CLIENT_ID);
    await eventually(() => expect(returned.texts()).toEqual(['found']), 30_000);
    expect(await fleet.session(LONGEST_CLIENT_ID)).toMatchObject({ sessionPresent: true });
  }, 60_000);

  it.concurrent('and payloads of 128 KB and of nothing arrive as they were', async () => {
    const clientId = 'durable-payloads';
    await leave(clientId, 'fleet/payloads/#');
    const payloads = [Buffer.alloc(128 * 1024, 0xff), Buffer.alloc(0), Buffer.from([0, 1, 2, 253, 254, 255])];
    for (const payload of payloads)
      await publisher.client.publishAsync('fleet/payloads/a', payload, { qos: 1 });
    const returned = await fleet.connect(clientId);
    await eventually(() => expect(returned.received).toHaveLength(payloads.length), 30_000);
    const sizes = (some: readonly Buffer[]) => some.map((payload) => payload.toString('base64')).sort();
    expect(sizes(returned.received.map(({ payload }) => payload))).toEqual(sizes(payloads));
  }, 60_000);

  it('are all refused at once, and never tried until they are given up', () => {
    expect(letters().length).toBeGreaterThan(0);
    expect(letters().filter(({ reason }) => reason === undefined)).toEqual([]);
  });
});
