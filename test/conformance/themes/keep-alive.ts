import { describe, expect, test } from 'vitest';
import { MAXIMUM_KEEP_ALIVE_SECONDS } from '#packet-edge/limits';
import { unique } from '../conformance-server.ts';
import { server } from '../server.ts';
import { sessionIs } from '../session-state.ts';
import { lasting, VERSIONS } from '../versions.ts';

const KEEP_ALIVE_TIMEOUT = 0x8d;

describe.concurrent.each(VERSIONS)('Keep Alive, %s', (_, version) => {
  test('[MQTT-3.1.2-22] [MQTT-3.2.2-22] [MQTT-3.1.2-24 v3.1.1] a client that is silent for one and a half times as long is closed', async () => {
    const sinceMs = Date.now();
    const client = await server.connect(version, {
      clientId: unique('silent'),
      keepalive: 1,
      ...lasting(version),
    });
    await client.ended();

    expect(Date.now() - sinceMs).toBeGreaterThanOrEqual(1_500);
    if (version === 5) expect((await client.next('disconnect')).reasonCode).toBe(KEEP_ALIVE_TIMEOUT);
    const { connections } = await sessionIs(client.clientId, 'disconnected');
    expect(connections.at(-1)?.disconnectReason).toBe('MQTT_KEEP_ALIVE_TIMEOUT');
  });

  test('[MQTT-3.12.4-1] [MQTT-3.12.4-1 v3.1.1] PINGREQ is answered, and keeps the connection alive', async () => {
    const client = await server.connect(version, { clientId: unique('pings'), keepalive: 1 });
    for (const _ of Array.from({ length: 5 })) {
      const untilMs = Date.now() + 500;
      client.send({ cmd: 'pingreq' });
      await client.next('pingresp');
      while (Date.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, untilMs - Date.now()));
    }
    await client.settled();
    expect(client.left('disconnect')).toEqual([]);
  });
});

describe.concurrent('Keep Alive, MQTT 5', () => {
  test.each([0, MAXIMUM_KEEP_ALIVE_SECONDS + 1, 65_535])(
    '[MQTT-3.1.2-21] [MQTT-3.2.2-21] for %i the server tells its own',
    async (keepalive) => {
      const client = await server.connect(5, { clientId: unique('keeps'), keepalive });
      expect(client.connack?.properties?.serverKeepAlive).toBe(MAXIMUM_KEEP_ALIVE_SECONDS);
    },
  );

  test('[MQTT-3.2.2-22] what the client says holds where the server tells none', async () => {
    const client = await server.connect(5, { clientId: unique('keeps'), keepalive: 30 });
    expect(client.connack?.properties ?? {}).not.toHaveProperty('serverKeepAlive');
    expect((await sessionIs(client.clientId, 'connected')).connections.at(-1)?.keepAliveSeconds).toBe(30);
  });
});
