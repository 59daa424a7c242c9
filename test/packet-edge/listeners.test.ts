import { expect, test } from 'vitest';
import { checkListener, heartbeat } from '#packet-edge/listeners';
import { useTables } from '#test/edge/started-tables';
import { packetEdge } from './dependencies.ts';
import { LISTENER_ADDRESS, WillClient } from './will-client.ts';

const tables = useTables();
const START_MS = 1_795_000_000_000;

function started() {
  let nowMs = START_MS;
  const edge = packetEdge(tables(), { clock: () => nowMs });
  return {
    edge,
    client: new WillClient(edge),
    wait: (seconds: number) => {
      nowMs += seconds * 1000;
    },
    checks: () => edge.requests.of('packetRequests').map(({ body }) => body),
  };
}

const check = { kind: 'listenerCheck', address: LISTENER_ADDRESS };

test('a listener is watched from its first sign of life, by one chain of looks', async () => {
  const { edge, checks, wait } = started();
  await edge.listeners.forget(LISTENER_ADDRESS);
  await heartbeat(LISTENER_ADDRESS, edge);
  wait(10);
  await heartbeat(LISTENER_ADDRESS, edge);
  expect(checks()).toEqual([check]);
});

test('while it lives the next look is asked for, and its connections stay', async () => {
  const { edge, client, checks, wait } = started();
  await heartbeat(LISTENER_ADDRESS, edge);
  await client.connect(START_MS, {});
  wait(30);
  expect(await checkListener(LISTENER_ADDRESS, edge)).toBeUndefined();
  expect(checks().at(-1)).toEqual(check);
  expect((await client.session()).status).toBe('connected');
});

test('once it is gone its connections end as of its last sign of life, and their wills are published', async () => {
  const { edge, client, wait } = started();
  await client.listen();
  await client.connect(START_MS, { will: { payload: 'gone' }, sessionExpiryInterval: 600 });
  wait(20);
  await heartbeat(LISTENER_ADDRESS, edge);
  wait(40);
  expect(await checkListener(LISTENER_ADDRESS, edge)).toBeGreaterThanOrEqual(1);
  const session = await client.session();
  expect(session.status).toBe('disconnected');
  expect(session.endsAtMs).toBe(START_MS + 20_000 + 600_000);
  expect((await client.published()).map(({ payload }) => Buffer.from(payload).toString())).toEqual(['gone']);
  expect(await edge.listeners.lastSeenMs(LISTENER_ADDRESS)).toBeUndefined();
  expect(edge.removedAddresses).toEqual([LISTENER_ADDRESS]);
});

test('a client that has come back through another listener is left alone', async () => {
  const { edge, client, wait } = started();
  await client.connect(START_MS, {});
  await heartbeat(LISTENER_ADDRESS, edge);
  wait(5);
  await client.through('another').connect(START_MS + 5_000, {});
  wait(40);
  await checkListener(LISTENER_ADDRESS, edge);
  expect((await client.session()).status).toBe('connected');
});
