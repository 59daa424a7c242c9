import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLambdaClient, invoke } from '#listener/aws/lambda-packets';
import type { Cloud } from '#local/cloud';
import type { CloudObservation } from '#local/cloud-observation';
import { startCloud } from '#local/start-cloud';
import { synthesize } from '#local/template/synthesize';
import { eventually } from '#test/local/eventually';

let cloud: Cloud;
const observed: CloudObservation[] = [];

beforeAll(async () => {
  const assemblyDirectory = await synthesize({ configuration: {} });
  cloud = await startCloud({ assemblyDirectory, observe: (event) => observed.push(event) });
});

afterAll(() => cloud.stop());

/** Where each listener takes signals, in the order in which they started. */
const addresses = () =>
  observed.flatMap((event) => {
    if (event.kind !== 'listener' || event.logged[1] !== 'Listening') return [];
    return [String(event.logged[2]?.['address'])];
  });

test.each(['packets', 'packetsWs'] as const)('a real client reaches the function at %s', async (name) => {
  const url = cloud.endpoints[name] ?? '';
  expect(url).toMatch(name === 'packets' ? /^mqtt:\/\/127\.0\.0\.1:\d+$/ : /^ws:\/\/127\.0\.0\.1:\d+\/mqtt$/);
  const client = await connectAsync(url, { clientId: name, protocolVersion: 5 });
  const received: string[] = [];
  client.on('message', (_, payload) => received.push(payload.toString()));
  await client.subscribeAsync('a/b', { qos: 1 });
  await client.publishAsync('a/b', name, { qos: 1 });
  await eventually(() => expect(received).toEqual([name]));
  await client.endAsync();
  await eventually(() => expect(cloud.listener.connections).toBe(0));
});

test('a listener that is killed tells nobody; a second one carries on', async () => {
  const killed = await cloud.startListener();
  const carriesOn = await cloud.startListener();
  const client = await connectAsync(killed.url, { clientId: 'moving', reconnectPeriod: 0 });
  const closed = new Promise<void>((resolve) => {
    client.once('close', resolve);
  });
  expect(addresses()[1]).toContain('/mqtt-sessions-listener-');
  const before = cloud.function('packets').logs().length;
  killed.kill();
  await closed;
  expect(cloud.function('packets').logs()).toHaveLength(before);
  // Its queue stays.
  expect(() => cloud.queue(addresses()[1] ?? '')).not.toThrow();
  await expect(connectAsync(killed.url, { reconnectPeriod: 0 }, false)).rejects.toThrow();
  const again = await connectAsync(carriesOn.url, { clientId: 'moving' });
  await again.endAsync();
  await carriesOn.stop();
  expect(() => cloud.queue(addresses()[2] ?? '')).toThrow();
});

test('[MQTT-3.1.4-3] a client that connects to another listener is sent away by the first', async () => {
  const second = await cloud.startListener();
  const options = { clientId: 'twice', protocolVersion: 5, reconnectPeriod: 0 } as const;
  const older = await connectAsync(cloud.listener.url, options);
  const sentAway = new Promise<number | undefined>((resolve) => {
    older.once('disconnect', ({ reasonCode }) => resolve(reasonCode));
  });
  const newer = await connectAsync(second.url, options);
  expect(await sentAway).toBe(0x8e);
  expect(newer.connected).toBe(true);
  await newer.endAsync();
  await second.stop();
});

test('a listener may call its function and use its own queues, nothing else', async () => {
  const client = {
    endpoint: cloud.endpoints.aws,
    region: cloud.endpoints.region,
    credentials: { accessKeyId: 'PacketListener', secretAccessKey: 'any' },
    maxAttempts: 1,
  };
  const lambda = createLambdaClient(client);
  const { expire = '' } = cloud.endpoints.functions;
  await expect(invoke(lambda, expire, {})).rejects.toThrow(
    /not authorized to perform: lambda:InvokeFunction/,
  );
  const other = new SQSClient(client).send(new CreateQueueCommand({ QueueName: 'another' }));
  await expect(other).rejects.toThrow(/not authorized to perform: sqs:CreateQueue/);
});
