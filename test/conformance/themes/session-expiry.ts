import { describe, expect, test } from 'vitest';
import { NEVER } from '#session/expiry';
import { CAP_SECONDS, unique } from '../conformance-server.ts';
import { server } from '../server.ts';
import { lose, passed, sessionIs } from '../session-state.ts';

const PROTOCOL_ERROR = 0x82;

const withInterval = (clientId: string, sessionExpiryInterval: number, clean = false) => ({
  clientId,
  clean,
  properties: { sessionExpiryInterval },
});

async function isPresent(clientId: string): Promise<boolean | undefined> {
  const client = await server.connect(5, withInterval(clientId, 0));
  return client.connack?.sessionPresent;
}

describe.concurrent('Session Expiry Interval, MQTT 5', () => {
  test('[MQTT-3.1.2-23] an interval above 0 keeps the session when the connection has ended', async () => {
    const clientId = unique('expiry');
    await (await server.connect(5, withInterval(clientId, 60))).disconnect();
    expect(await isPresent(clientId)).toBe(true);
  });

  test('[MQTT-3.1.2-23] so it does when the link has broken', async () => {
    const clientId = unique('expiry');
    await lose(await server.connect(5, withInterval(clientId, 60)));
    expect(await isPresent(clientId)).toBe(true);
  });

  test('[MQTT-4.1.0-2] the session is gone once the interval has passed', async () => {
    const [clientId, topic] = [unique('expiry'), unique('expiry/topic')];
    const client = await server.connect(5, withInterval(clientId, 1));
    await client.subscribe(topic);
    await client.disconnect();
    const { endsAtMs = 0 } = await sessionIs(clientId, 'disconnected');
    await passed(endsAtMs);

    expect(await isPresent(clientId)).toBe(false);
  });

  test('[MQTT-4.1.0-1] the interval does not run while the client is connected', async () => {
    const [clientId, topic] = [unique('expiry'), unique('expiry/topic')];
    const client = await server.connect(5, withInterval(clientId, 1));
    await client.subscribe(topic);
    await passed(Date.now() + 1_500);

    await client.publish(topic, 'still there', { qos: 1 });
    expect(await client.payloads(1)).toEqual(['still there']);
    await client.disconnect({ properties: { sessionExpiryInterval: 60 } });
    expect(await isPresent(clientId)).toBe(true);
  });

  test('[MQTT-4.1.0-2] without an interval it is 0: the session ends with its connection', async () => {
    const clientId = unique('expiry');
    await (await server.connect(5, { clientId, clean: false })).disconnect();
    expect(await isPresent(clientId)).toBe(false);
  });

  test('[MQTT-3.1.2-23] 0xFFFFFFFF never expires', async () => {
    const clientId = unique('expiry');
    await (await server.connect(5, withInterval(clientId, NEVER))).disconnect();

    expect((await sessionIs(clientId, 'disconnected')).endsAtMs).toBeUndefined();
    expect(await isPresent(clientId)).toBe(true);
  });

  test('[MQTT-4.1.0-2] DISCONNECT may lower the interval to 0, which ends the session', async () => {
    const clientId = unique('expiry');
    const client = await server.connect(5, withInterval(clientId, 60));
    await client.disconnect({ properties: { sessionExpiryInterval: 0 } });
    expect(await isPresent(clientId)).toBe(false);
  });

  test('[MQTT-3.1.2-23] DISCONNECT may raise the interval, and messages are kept for as long', async () => {
    const [clientId, topic] = [unique('expiry'), unique('expiry/topic')];
    const client = await server.connect(5, withInterval(clientId, 1));
    await client.subscribe(topic);
    await client.disconnect({ properties: { sessionExpiryInterval: 60 } });
    await sessionIs(clientId, 'disconnected');
    const publisher = await server.connect(5, { clientId: unique('publisher') });
    await publisher.publish(topic, 'kept', { qos: 1 });
    await passed(Date.now() + 1_200);

    const again = await server.connect(5, withInterval(clientId, 60));
    expect(again.connack?.sessionPresent).toBe(true);
    expect(await again.payloads(1)).toEqual(['kept']);
  });

  test('[MQTT-4.13.1-1] DISCONNECT may not raise the interval from 0 (3.14.2.2.2)', async () => {
    const clientId = unique('expiry');
    const client = await server.connect(5, withInterval(clientId, 0));
    client.send({ cmd: 'disconnect', properties: { sessionExpiryInterval: 60 } });

    expect((await client.next('disconnect')).reasonCode).toBe(PROTOCOL_ERROR);
    await client.ended();
    expect(await isPresent(clientId)).toBe(false);
  });

  test('[MQTT-4.1.0-2] a client that returns sets the interval anew', async () => {
    const clientId = unique('expiry');
    await (await server.connect(5, withInterval(clientId, 60))).disconnect();
    await (await server.connect(5, withInterval(clientId, 1))).disconnect();
    const { endsAtMs = 0 } = await sessionIs(clientId, 'disconnected');
    await passed(endsAtMs);

    expect(await isPresent(clientId)).toBe(false);
  });
});

describe.concurrent('a cap that is configured, MQTT 5', () => {
  test.each([
    [CAP_SECONDS + 1, CAP_SECONDS],
    [NEVER, CAP_SECONDS],
    [CAP_SECONDS, undefined],
    [0, undefined],
  ])('[MQTT-3.1.2-23] of an interval of %i CONNACK says that it is %s (3.2.2.3.2)', async (asked, told) => {
    const client = await server.connect(5, withInterval(unique('capped'), asked));
    expect(client.connack?.properties?.sessionExpiryInterval).toBe(told);
    expect((await sessionIs(client.clientId, 'connected')).sessionExpiryInterval).toBe(told ?? asked);
  });

  test('[MQTT-3.1.2-23] it holds for the interval of DISCONNECT too', async () => {
    const client = await server.connect(5, withInterval(unique('capped'), 1));
    await client.disconnect({ properties: { sessionExpiryInterval: NEVER } });
    expect((await sessionIs(client.clientId, 'disconnected')).sessionExpiryInterval).toBe(CAP_SECONDS);
  });
});

describe.concurrent('lifetime of a session, MQTT 3.1.1', () => {
  test('[MQTT-4.1.0-1 v3.1.1] [MQTT-3.1.2-4 v3.1.1] the session is stored when the connection has ended', async () => {
    const clientId = unique('expiry');
    await lose(await server.connect(4, { clientId, clean: false }));
    expect((await server.connect(4, { clientId, clean: false })).connack?.sessionPresent).toBe(true);
  });

  test('[MQTT-4.1.0-2 v3.1.1] the session lasts as long as the connection at least', async () => {
    const [clientId, topic] = [unique('expiry'), unique('expiry/topic')];
    const client = await server.connect(4, { clientId, clean: true });
    await client.subscribe(topic);

    expect((await sessionIs(clientId, 'connected')).endsAtMs).toBeUndefined();
    await client.publish(topic, 'still there', { qos: 1 });
    expect(await client.payloads(1)).toEqual(['still there']);
  });
});
