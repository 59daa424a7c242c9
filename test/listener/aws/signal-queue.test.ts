import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { SqsSignals } from '#listener/aws/sqs-signals';
import { createSignalSender } from '#packet-edge/signals/signal-queue';
import type { Signal } from '#packets/carrying/exchange';
import { eventually } from '#test/local/eventually';
import { startServices } from '#test/local/services';

let services: Awaited<ReturnType<typeof startServices>>;
let sqs: SQSClient;

beforeAll(async () => {
  services = await startServices();
  sqs = new SQSClient({ ...services.client, maxAttempts: 1 });
});

afterAll(() => services.stop());

async function start() {
  const received: Signal[] = [];
  const logged: string[] = [];
  const signals = new SqsSignals({ sqs, queueNamePrefix: 'listener-', log: (_, text) => logged.push(text) });
  const address = await signals.start((signal) => received.push(signal));
  onTestFinished(() => signals.destroy());
  const sendText = (body: string) =>
    sqs.send(new SendMessageCommand({ QueueUrl: address, MessageBody: body }));
  const send = (...sent: readonly Signal[]) => sendText(JSON.stringify({ signals: sent }));
  return { signals, address, received, logged, send, sendText };
}

test('each has a queue of its own, and gets what is sent there', async () => {
  const [one, other] = [await start(), await start()];
  expect(one.address).toMatch(/\/listener-[0-9a-f-]{36}$/);
  expect(one.address).not.toBe(other.address);
  const look = { kind: 'look', connectionId: 'c', filters: ['a/+'] } as const;
  const takenOver = { kind: 'takenOver', connectionId: 'd' } as const;
  await one.send(look, takenOver);
  await other.send(takenOver);
  await eventually(() => {
    expect([one.received, other.received]).toEqual([[look, takenOver], [takenOver]]);
  });
  // What was received is deleted.
  await eventually(() => expect(services.queues.get(one.address).list()).toEqual([]));
});

test('many signals at once all arrive', async () => {
  const { send, received } = await start();
  await Promise.all(
    Array.from({ length: 35 }, (_, index) => send({ kind: 'look', connectionId: String(index) })),
  );
  await eventually(() => expect(received).toHaveLength(35));
});

test('signals for all connections of a large listener arrive, in as many messages as it takes', async () => {
  const { address, received } = await start();
  const filters = ['a/topic/that/all/of/a/fleet/have/subscribed/to'];
  const signals = Array.from({ length: 12_000 }, (_, index) => ({
    kind: 'look' as const,
    connectionId: `${index}`.padStart(36, '0'),
    filters,
  }));
  await createSignalSender(sqs).send(address, signals);
  await eventually(() => expect(received).toHaveLength(signals.length));
  expect(new Set(received.map(({ connectionId }) => connectionId)).size).toBe(signals.length);
});

test.each(['no JSON', '{"signals":[{"kind":"look"}]}', '{"signals":[{"kind":"leave","connectionId":"c"}]}'])(
  '%s holds no signals, and those after it still arrive',
  async (body) => {
    const { send, sendText, received, logged, address } = await start();
    await sendText(body);
    await send({ kind: 'look', connectionId: 'c' });
    await eventually(() => expect(received).toEqual([{ kind: 'look', connectionId: 'c' }]));
    expect(logged).toContain('Something came that holds no signals');
    await eventually(() => expect(services.queues.get(address).list()).toEqual([]));
  },
);

test('after a failure it goes on', async () => {
  const { address, received, logged, send } = await start();
  const queue = services.queues.get(address);
  services.queues.remove(queue);
  await eventually(() => expect(logged).toContain('Signals could not be received'));
  services.queues.add(queue);
  await send({ kind: 'takenOver', connectionId: 'c' });
  await eventually(() => expect(received).toHaveLength(1));
});

test('a stop deletes the queue; the end of a process leaves it', async () => {
  const [stopped, died] = [await start(), await start()];
  await stopped.signals.stop();
  died.signals.destroy();
  expect(services.queues.find(stopped.address)).toBeUndefined();
  expect(services.queues.find(died.address)).toBeDefined();
  await died.send({ kind: 'takenOver', connectionId: 'c' });
  expect(died.received).toEqual([]);
  await stopped.signals.stop();
  expect(stopped.logged).toEqual(['The queue for signals stays']);
});
