import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { server } from '../server.ts';
import { lasting } from '../versions.ts';

const CLIENT_IDENTIFIER_NOT_VALID = 0x85;
const IDENTIFIER_REJECTED = 2;
const TOO_LONG = 'x'.repeat(1_001);

describe.concurrent('Session Present, MQTT 5', () => {
  test('[MQTT-3.2.2-3] a session that is empty but for its existence is present', async () => {
    const clientId = unique('present');
    await (await server.connect(5, { clientId, ...lasting(5) })).disconnect();

    const client = await server.connect(5, { clientId, ...lasting(5) });

    expect(client.connack).toMatchObject({ reasonCode: 0, sessionPresent: true });
  });

  test('[MQTT-3.2.2-2] with Clean Start 1 it is 0 whatever there was', async () => {
    const clientId = unique('present');
    await (await server.connect(5, { clientId, ...lasting(5) })).disconnect();

    const client = await server.connect(5, { clientId, ...lasting(5), clean: true });

    expect(client.connack).toMatchObject({ reasonCode: 0, sessionPresent: false });
  });

  test('[MQTT-3.2.2-6] [MQTT-3.2.2-7] with a refusal it is 0, and the connection is closed', async () => {
    const client = server.open(5);
    client.sendConnect({ clientId: TOO_LONG, clean: false });

    expect(await client.next('connack')).toMatchObject({
      reasonCode: CLIENT_IDENTIFIER_NOT_VALID,
      sessionPresent: false,
    });
    await client.ended();
  });

  test('[MQTT-3.2.2-1] the flags of CONNACK are 0 but for Session Present', async () => {
    const clientId = unique('present');
    await (await server.connect(5, { clientId, ...lasting(5) })).disconnect();

    const client = await server.connect(5, { clientId, ...lasting(5) });

    expect(client.bytes[2]).toBe(0b0000_0001);
  });
});

describe.concurrent('Session Present, MQTT 3.1.1', () => {
  test('[MQTT-3.2.2-1 v3.1.1] [MQTT-3.2.2-2 v3.1.1] [MQTT-3.2.2-3 v3.1.1] it says whether there is a session', async () => {
    const clientId = unique('present');
    const present: unknown[] = [];
    for (const clean of [false, false, true, false]) {
      const client = await server.connect(4, { clientId, clean });
      present.push(client.connack?.sessionPresent);
      await client.disconnect();
    }
    expect(present).toEqual([false, true, false, false]);
  });

  test('[MQTT-3.2.2-4 v3.1.1] [MQTT-3.2.2-5 v3.1.1] with a refusal it is 0, and the connection is closed', async () => {
    const client = server.open(4);
    client.sendConnect({ clientId: TOO_LONG, clean: false });

    expect(await client.next('connack')).toMatchObject({
      returnCode: IDENTIFIER_REJECTED,
      sessionPresent: false,
    });
    await client.ended();
  });
});

describe.concurrent('assigned client identifiers', () => {
  test('[MQTT-3.2.2-16] [MQTT-3.1.3-6] [MQTT-3.1.3-7] an empty one is replaced by one that nobody has, and that works', async () => {
    const one = await server.connect(5, { clientId: '', ...lasting(5) });
    const other = await server.connect(5, { clientId: '', ...lasting(5) });

    const assigned = one.connack?.properties?.assignedClientIdentifier;
    expect(assigned).toMatch(/./);
    expect(other.connack?.properties?.assignedClientIdentifier).not.toBe(assigned);
    expect([one.connack?.sessionPresent, other.connack?.sessionPresent]).toEqual([false, false]);
    await one.disconnect();
    const again = await server.connect(5, { clientId: assigned ?? '', ...lasting(5) });
    expect(again.connack?.sessionPresent).toBe(true);
    expect(again.connack?.properties).not.toHaveProperty('assignedClientIdentifier');
  });

  test('[MQTT-3.1.3-6 v3.1.1] clients of 3.1.1 without one do not disturb each other', async () => {
    const one = await server.connect(4, { clientId: '', clean: true });
    const other = await server.connect(4, { clientId: '', clean: true });
    const topic = unique('present/topic');
    await Promise.all([one.subscribe(topic), other.subscribe(topic)]);

    await one.publish(topic, 'to both', { qos: 1 });

    expect([await one.payloads(1), await other.payloads(1)]).toEqual([['to both'], ['to both']]);
  });

  test('[MQTT-3.1.3-8 v3.1.1] [MQTT-3.1.3-9 v3.1.1] 3.1.1 refuses an empty one with Clean Session 0', async () => {
    const client = server.open(4);
    client.sendConnect({ clientId: '', clean: false });

    expect((await client.next('connack')).returnCode).toBe(IDENTIFIER_REJECTED);
    await client.ended();
  });
});
