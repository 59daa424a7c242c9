import { expect, test } from 'vitest';
import type { Authorization, ConnectRequest } from '#listener/ports';
import { eventually } from '#test/local/eventually';
import { numbered, RawClient } from '../world/raw-client.ts';
import { start } from '../world/start.ts';

function asking(answer: (attempt: number) => Promise<Authorization>) {
  const asked: ConnectRequest[] = [];
  const authorizer = async (connect: ConnectRequest) => answer(asked.push(connect));
  return { asked, authorizer };
}

test('who is allowed is named in every request as the authorizer says', async () => {
  const { asked, authorizer } = asking(async () => ({ allowed: true, principal: 'tenant-7' }));
  const { listener, fake } = await start({ authorizer });
  const client = await new RawClient(listener.ports.mqtt).connect({
    clientId: 'known',
    username: 'name',
    password: Buffer.from('secret'),
  });
  client.send(numbered(1));
  await client.next('publish');
  expect(asked).toEqual([
    { clientId: 'known', username: 'name', password: expect.anything(), remoteAddress: '127.0.0.1' },
  ]);
  expect(Buffer.from(asked[0]?.password ?? '').toString()).toBe('secret');
  expect(fake.requests.map(({ connection }) => connection.principal)).toEqual(['tenant-7', 'tenant-7']);
});

test.each([
  [5, { reasonCode: 0x87 }],
  [4, { returnCode: 5 }],
] as const)(
  'who is not allowed is told so in version %i, and nothing is handed over',
  async (version, code) => {
    const { authorizer } = asking(async () => ({ allowed: false }));
    const { listener, fake } = await start({ authorizer });
    const client = new RawClient(listener.ports.mqtt, version);
    client.send(client.connectPacket(), numbered(1));
    await client.end();
    expect(client.packets).toMatchObject([{ cmd: 'connack', sessionPresent: false, ...code }]);
    await eventually(() => expect(listener.connections).toBe(0));
    expect(fake.requests).toEqual([]);
  },
);

test('an authorizer that fails is asked again, and what came meanwhile waits for its answer', async () => {
  const { asked, authorizer } = asking(async (attempt) => {
    if (attempt < 3) throw new Error('no answer');
    return { allowed: true };
  });
  const { listener, fake } = await start({ authorizer });
  const client = new RawClient(listener.ports.mqtt);
  client.send(client.connectPacket(), numbered(1));
  await client.next('publish');
  expect(asked).toHaveLength(3);
  expect(fake.commands).toEqual(['connect', 'publish']);
});

test('an authorizer that goes on failing lets nobody in', async () => {
  const { authorizer } = asking(() => Promise.reject(new Error('no answer')));
  const { listener, fake } = await start({
    authorizer,
    limits: { failureTimeoutMs: 100, closedTimeoutMs: 100 },
  });
  const client = await new RawClient(listener.ports.mqtt).connect();
  expect(client.packets).toMatchObject([{ cmd: 'connack', reasonCode: 0x89 }]);
  await eventually(() => expect(listener.connections).toBe(0));
  expect(fake.requests).toEqual([]);
});

test('a CONNECT that cannot be read is refused without the authorizer, and not handed over', async () => {
  const { asked, authorizer } = asking(async () => ({ allowed: true }));
  const { listener, fake } = await start({ authorizer });
  const client = new RawClient(listener.ports.mqtt);
  // The reserved flag is set. [MQTT-3.1.2-3]
  const bytes = client.bytesOf(client.connectPacket());
  bytes[9] = (bytes[9] ?? 0) | 1;
  client.socket.write(bytes);
  await client.end();
  expect(client.packets).toMatchObject([{ cmd: 'connack', reasonCode: 0x81 }]);
  expect([asked, fake.requests]).toEqual([[], []]);
});
