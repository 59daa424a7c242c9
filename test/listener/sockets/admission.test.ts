import { connect as connectTls } from 'node:tls';
import { expect, test } from 'vitest';
import { eventually } from '#test/local/eventually';
import { certificates } from '../world/certificates.ts';
import { RawClient } from '../world/raw-client.ts';
import { start } from '../world/start.ts';

test('sockets above the maximum are closed as they come; a place that becomes free is given away', async () => {
  const { listener, logged } = await start({ limits: { maximumConnections: 2 } });
  const [first, second, third] = [1, 2, 3].map(() => new RawClient(listener.ports.mqtt));
  await first?.connect({ clientId: 'first' });
  await second?.connect({ clientId: 'second' });
  await third?.end();
  expect(logged).toContainEqual(
    expect.objectContaining({ level: 'WARN', limit: 'maximumConnections', allowed: 2 }),
  );
  first?.socket.end();
  await first?.end();
  await eventually(async () => {
    const next = new RawClient(listener.ports.mqtt);
    next.send(next.connectPacket({ clientId: 'next' }));
    await next.next('connack');
  });
  expect(second?.closed).toBe(false);
});

test('one address has so many connections as it may have, over TLS as well', async () => {
  const tls = await certificates();
  const { listener } = await start({
    ports: { mqtts: 0 },
    tls,
    limits: { maximumConnectionsPerAddress: 1 },
  });
  const connect = () =>
    connectTls({ port: listener.ports.mqtts, host: '127.0.0.1', rejectUnauthorized: false });
  const secured = (socket: ReturnType<typeof connect>) =>
    new Promise<boolean>((resolve) => {
      socket.once('secureConnect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
    });
  const first = connect();
  expect(await secured(first)).toBe(true);
  expect(await secured(connect())).toBe(false);
  first.destroy();
  await eventually(async () => {
    const next = connect();
    const reached = await secured(next);
    next.destroy();
    expect(reached).toBe(true);
  });
});

test.each([
  [{ maximumPacketBytes: 5_000_000 }, /maximumPacketBytes: 5000000 came; allowed: at most 4194304/],
  [{ connectTimeoutMs: 0 }, /connectTimeoutMs: 0 came; allowed: a number from 1/],
  [{ maximumConnections: Number.NaN }, /maximumConnections: NaN came/],
])('the limit %j is refused at the start', async (limits, message) => {
  await expect(start({ limits })).rejects.toThrow(message);
});
