import { describe, expect, test } from 'vitest';
import { FIRST, packetOf } from '#test/packets/fixtures/bytes';
import { unique } from '../conformance-server.ts';
import { expectNothingMore } from '../quiet.ts';
import type { Connect, RawClient, Version } from '../raw-client.ts';
import { server } from '../server.ts';
import { lose, passed } from '../session-state.ts';
import { lasting, VERSIONS } from '../versions.ts';

const DISCONNECT_WITH_WILL = 0x04;

interface WillOptions {
  readonly payload?: string;
  readonly qos?: 0 | 1 | 2;
  readonly retain?: boolean;
  readonly delay?: number;
  /** Session Expiry Interval. */
  readonly interval?: number;
  readonly clean?: boolean;
  readonly keepalive?: number;
}

/** Somebody who listens, and a client with a will. */
async function withWill(version: Version, options: WillOptions = {}) {
  const [clientId, topic] = [unique('will'), unique('will/topic')];
  const witness = await server.connect(version, { clientId: unique('witness') });
  await witness.subscribe(topic);
  const connect = ({ payload = 'gone', qos = 1, retain = false, ...rest }: WillOptions) => {
    const { delay, interval = 60, clean = false, keepalive = 60 } = rest;
    const will: NonNullable<Connect['will']> = { topic, payload: Buffer.from(payload), qos, retain };
    if (version === 5 && delay !== undefined) will.properties = { willDelayInterval: delay };
    const properties = version === 5 ? { properties: { sessionExpiryInterval: interval } } : {};
    return server.connect(version, { clientId, clean, keepalive, will, ...properties });
  };
  return { topic, witness, connect, client: await connect(options), clientId };
}

const text = async (client: RawClient) => (await client.message()).payload.toString();

describe.concurrent.each(VERSIONS)('wills, %s', (_, version) => {
  test.each([0, 1, 2] as const)(
    '[MQTT-3.1.2-7] [MQTT-3.1.2-8] [MQTT-3.1.2-14] [MQTT-3.1.2-8 v3.1.1] [MQTT-3.1.2-16 v3.1.1] it is published with its QoS %i when the link breaks, and not retained',
    async (qos) => {
      const { topic, witness, client } = await withWill(version, { qos, payload: 'lost' });

      client.drop();

      expect(await witness.message()).toMatchObject({
        topic,
        qos,
        retain: false,
        payload: Buffer.from('lost'),
      });
      const later = await server.connect(version, { clientId: unique('later') });
      await later.subscribe(topic);
      await expectNothingMore(later);
      await expectNothingMore(witness);
    },
  );

  test('[MQTT-3.1.2-10] [MQTT-3.14.4-3] [MQTT-3.1.2-10 v3.1.1] [MQTT-3.14.4-3 v3.1.1] DISCONNECT deletes it', async () => {
    const { witness, client, clientId } = await withWill(version);
    await client.disconnect();
    // Nor is it left for a later connection without one.
    await lose(await server.connect(version, { clientId, ...lasting(version) }));

    await expectNothingMore(witness);
  });

  test('[MQTT-3.1.2-15] [MQTT-3.1.2-17 v3.1.1] with Will Retain it is retained', async () => {
    const { topic, witness, client } = await withWill(version, { retain: true });
    client.drop();
    await witness.message();

    const later = await server.connect(version, { clientId: unique('later') });
    await later.subscribe(topic);
    expect(await later.message()).toMatchObject({ retain: true, payload: Buffer.from('gone') });
  });

  test('[MQTT-3.1.2-22] [MQTT-3.1.2-24 v3.1.1] [MQTT-3.1.2-8 v3.1.1] it is published when the keep alive has passed', async () => {
    const { witness } = await withWill(version, { keepalive: 1 });
    expect(await text(witness)).toBe('gone');
  });

  test('[MQTT-3.1.2-8] [MQTT-3.1.2-8 v3.1.1] it is published when the client breaks the protocol', async () => {
    const { witness, client } = await withWill(version);
    client.sendBytes(packetOf(FIRST.publish | 6));
    await client.ended();
    expect(await text(witness)).toBe('gone');
  });

  test('[MQTT-3.1.4-3] [MQTT-3.1.2-8] [MQTT-3.1.4-2 v3.1.1] [MQTT-3.1.2-8 v3.1.1] it is published when the connection is taken over, and the new one has its own', async () => {
    const { witness, connect } = await withWill(version, { payload: 'first' });

    const newer = await connect({ payload: 'second' });
    expect(await text(witness)).toBe('first');

    newer.drop();
    expect(await text(witness)).toBe('second');
    await expectNothingMore(witness);
  });

  test('[MQTT-3.1.2-10] [MQTT-3.1.2-10 v3.1.1] [MQTT-3.1.2-12 v3.1.1] it is published once: a later connection without a will has none', async () => {
    const { witness, client, clientId } = await withWill(version);
    await lose(client);
    expect(await text(witness)).toBe('gone');

    await lose(await server.connect(version, { clientId, ...lasting(version) }));

    await expectNothingMore(witness);
  });
});

describe.concurrent('wills, MQTT 5', () => {
  test('[MQTT-3.1.2-8] DISCONNECT with will publishes it', async () => {
    const { witness, client } = await withWill(5);
    await client.disconnect({ reasonCode: DISCONNECT_WITH_WILL });
    expect(await text(witness)).toBe('gone');
  });

  test('[MQTT-3.1.3-10] it carries its properties, user properties in their order', async () => {
    const topic = unique('will/topic');
    const witness = await server.connect(5, { clientId: unique('witness') });
    await witness.subscribe(topic);
    const properties = {
      payloadFormatIndicator: true,
      contentType: 'text/plain',
      responseTopic: 'answers',
      correlationData: Buffer.from([1, 2]),
      userProperties: { z: ['1', '2'], a: '3' },
    };
    const client = await server.connect(5, {
      clientId: unique('will'),
      will: { topic, payload: Buffer.from('gone'), qos: 1, retain: false, properties },
    });

    client.drop();

    expect((await witness.message()).properties).toEqual(properties);
  });

  test('[MQTT-3.1.2-8] a delay is waited for', async () => {
    const { witness, client } = await withWill(5, { delay: 2 });
    const { connections } = await lose(client);
    const endedAtMs = connections.at(-1)?.disconnectedAtMs ?? 0;

    expect(await text(witness)).toBe('gone');

    expect(Date.now() - endedAtMs).toBeGreaterThanOrEqual(2_000);
    await expectNothingMore(witness);
  });

  test('[MQTT-3.1.3-9] it is not sent if the client returns within the delay', async () => {
    const { witness, client, connect } = await withWill(5, { delay: 2 });
    await lose(client);
    const dueAtMs = Date.now() + 2_000;
    const again = await connect({ payload: 'second', delay: 0 });
    await passed(dueAtMs);

    await expectNothingMore(witness);
    again.drop();
    expect(await text(witness)).toBe('second');
  });

  test('[MQTT-3.1.3-9] nor if another connection takes over', async () => {
    const { witness, connect } = await withWill(5, { delay: 1 });
    const newer = await connect({ payload: 'second', delay: 0 });
    await passed(Date.now() + 1_500);

    await expectNothingMore(witness);
    newer.drop();
    expect(await text(witness)).toBe('second');
  });

  test('[MQTT-3.1.2-8] the end of the session ends the delay: its interval is shorter', async () => {
    const { witness, client } = await withWill(5, { delay: 3_600, interval: 1 });
    await lose(client);
    expect(await text(witness)).toBe('gone');
  });

  test('[MQTT-3.1.2-8] the end of the session ends the delay: its interval is 0', async () => {
    const { witness, client } = await withWill(5, { delay: 3_600, interval: 0 });
    client.drop();
    expect(await text(witness)).toBe('gone');
  });

  test('[MQTT-3.1.2-8] the end of the session ends the delay: Clean Start', async () => {
    const { witness, client, clientId } = await withWill(5, { delay: 3_600, interval: 3_600 });
    await lose(client);
    await server.connect(5, { clientId, clean: true });
    expect(await text(witness)).toBe('gone');
  });

  test('[MQTT-3.1.2-8] the end of the session ends the delay: a takeover of a session whose interval is 0', async () => {
    const { witness, clientId } = await withWill(5, { delay: 3_600, interval: 0 });
    await server.connect(5, { clientId, ...lasting(5) });
    expect(await text(witness)).toBe('gone');
  });
});
