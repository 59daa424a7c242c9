import { describe, expect, test } from 'vitest';
import { unique } from '../conformance-server.ts';
import { expectNothingMore } from '../quiet.ts';
import { server } from '../server.ts';
import { sessionIs } from '../session-state.ts';
import { lasting, VERSIONS } from '../versions.ts';

const SESSION_TAKEN_OVER = 0x8e;

describe.concurrent('takeover, MQTT 5', () => {
  test('[MQTT-3.1.4-3] [MQTT-3.14.2-2] [MQTT-3.14.4-2] the older connection is told and closed', async () => {
    const clientId = unique('takeover');
    const older = await server.connect(5, { clientId, ...lasting(5) });

    const newer = await server.connect(5, { clientId, ...lasting(5) });

    const disconnect = await older.next('disconnect');
    expect(disconnect.reasonCode).toBe(SESSION_TAKEN_OVER);
    expect(disconnect.properties ?? {}).not.toHaveProperty('sessionExpiryInterval');
    await older.ended();
    expect(newer.connack?.sessionPresent).toBe(true);
  });

  test('[MQTT-3.1.4-3] [MQTT-4.1.0-2] a session whose interval is 0 ends with the connection that is taken over', async () => {
    const [clientId, topic] = [unique('takeover'), unique('takeover/topic')];
    const older = await server.connect(5, { clientId, clean: true });
    await older.subscribe(topic);

    const newer = await server.connect(5, { clientId, ...lasting(5) });

    expect(newer.connack?.sessionPresent).toBe(false);
    await older.ended();
    await newer.publish(topic, 'for nobody', { qos: 1 });
    await expectNothingMore(newer);
  });
});

describe.concurrent.each(VERSIONS)('takeover, %s', (_, version) => {
  test('[MQTT-3.1.4-3] [MQTT-3.1.4-2 v3.1.1] the older connection is closed, and its end changes nothing', async () => {
    const clientId = unique('takeover');
    const older = await server.connect(version, { clientId, ...lasting(version) });

    const newer = await server.connect(version, { clientId, ...lasting(version) });

    await older.ended();
    await newer.settled();
    expect((await sessionIs(clientId, 'connected')).connections.at(-1)?.disconnectedAtMs).toBeUndefined();
  });

  test('[MQTT-4.4.0-1] [MQTT-4.4.0-1 v3.1.1] what the older connection has not acknowledged is sent to the newer one', async () => {
    const [clientId, topic] = [unique('takeover'), unique('takeover/topic')];
    const older = await server.connect(version, { clientId, ...lasting(version) });
    await older.subscribe(topic);
    await older.publish(topic, 'unacknowledged', { qos: 1 });
    const first = await older.next('publish');

    const newer = await server.connect(version, { clientId, ...lasting(version) });

    const { payload, messageId, dup } = await newer.message();
    expect({ payload: payload.toString(), messageId, dup }).toEqual({
      payload: 'unacknowledged',
      messageId: first.messageId,
      dup: true,
    });
  });

  test('[MQTT-3.1.4-3] [MQTT-3.1.4-2 v3.1.1] of many at once one is left, which works', async () => {
    const [clientId, topic] = [unique('takeover'), unique('takeover/topic')];
    const all = await Promise.all(
      Array.from({ length: 6 }, () => server.connect(version, { clientId, ...lasting(version) })),
    );
    const ended = all.map(async (client) => {
      await client.closed;
      return client;
    });
    const left = new Set(all);
    while (left.size > 1) {
      const gone = await Promise.race(
        ended.filter((_, index) => left.has(all[index] as (typeof all)[number])),
      );
      left.delete(gone);
    }

    const [last] = left;
    await last?.subscribe(topic);
    await last?.publish(topic, 'to the last', { qos: 1 });
    expect(await last?.payloads(1)).toEqual(['to the last']);
  });
});
