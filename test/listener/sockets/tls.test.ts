import mqtt from 'mqtt';
import { expect, test } from 'vitest';
import { eventually } from '#test/local/eventually';
import { certificates, fingerprintOf, selfSigned } from '../world/certificates.ts';
import { start } from '../world/start.ts';

test.each([
  ['mqtts', '8'],
  ['wss', '9'],
] as const)('a real client connects over %s', async (name, payload) => {
  const server = await certificates();
  const { listener, fake } = await start({ ports: { [name]: 0 }, tls: server });
  const url = `${name}://localhost:${listener.ports[name]}`;
  const client = await mqtt.connectAsync(url, { ca: server.cert, clientId: 'secret' });
  await client.publishAsync('a', payload, { qos: 1 });
  await client.endAsync();
  expect(fake.commands.slice(0, 2)).toEqual(['connect', 'publish']);
  expect(fake.requests[0]?.connection).not.toHaveProperty('principal');
  await eventually(() => expect(listener.connections).toBe(0));
});

test('who shows a certificate of a known authority is named by its fingerprint; who shows none stays out', async () => {
  const [server, device, stranger] = await Promise.all([
    certificates(),
    selfSigned('device'),
    selfSigned('stranger'),
  ]);
  const { listener, fake } = await start({
    ports: { mqtts: 0, wss: 0 },
    tls: { ...server, clientAuthorities: device.cert },
  });
  for (const name of ['mqtts', 'wss'] as const) {
    const url = `${name}://localhost:${listener.ports[name]}`;
    const options = { ca: server.cert, reconnectPeriod: 0 };
    await expect(mqtt.connectAsync(url, options, false)).rejects.toThrow();
    await expect(mqtt.connectAsync(url, { ...options, ...stranger }, false)).rejects.toThrow();
    const client = await mqtt.connectAsync(url, { ...options, ...device });
    await client.endAsync();
  }
  const principals = fake.requests.map(({ connection }) => connection.principal);
  expect(new Set(principals)).toEqual(new Set([fingerprintOf(device)]));
});

test('a port for TLS without a certificate is refused at the start', async () => {
  await expect(start({ ports: { mqtts: 0 } })).rejects.toThrow(/give tls.key and tls.cert/);
});
