import { expect, test } from 'vitest';
import { parseListenerCheck } from '#edge/queue-requests';
import type { ListenerCheck } from '#edge/requests';
import { checkListener, heartbeat } from '#packet-edge/connections/listeners';
import { useTables } from '#test/store/dynamodb/started-tables';
import { LISTENER_ADDRESS, WillClient } from '../clients/will-client.ts';
import { packetEdge } from '../dependencies.ts';

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

const check = { kind: 'listenerCheck', address: LISTENER_ADDRESS } as const;

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
  expect(await checkListener(check, edge)).toBeUndefined();
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
  expect(await checkListener(check, edge)).toBeGreaterThanOrEqual(1);
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
  await checkListener(check, edge);
  expect((await client.session()).status).toBe('connected');
});

test('in a large fleet it takes several runs, and none looks at what another has looked at', async () => {
  const { edge, client, checks, wait } = started();
  const clients = Array.from({ length: 5 }, () => new WillClient(edge));
  await heartbeat(LISTENER_ADDRESS, edge);
  for (const each of [client, ...clients]) await each.connect(START_MS, {});
  wait(40);
  const sessionIndex: typeof edge.sessionIndex = {
    byStatus: (range) => edge.sessionIndex.byStatus({ ...range, most: 2 }),
  };
  const ended: (number | undefined)[] = [];
  let next: ListenerCheck | undefined = check;
  while (next !== undefined) {
    const asked = checks().length;
    ended.push(await checkListener(next, { ...edge, sessionIndex }));
    // What comes by the queue is what was asked for.
    next = checks().length > asked ? parseListenerCheck(checks().at(-1)) : undefined;
    // A sign of life that comes late, of a listener that will learn that it was given up, stops nothing.
    await edge.listeners.seen(LISTENER_ADDRESS, START_MS + 40_000);
  }

  expect(ended.length).toBeGreaterThanOrEqual(3);
  expect(ended.reduce<number>((sum, each) => sum + (each ?? 0), 0)).toBeGreaterThanOrEqual(6);
  for (const each of [client, ...clients]) {
    expect(await each.session()).toMatchObject({ status: 'disconnected', endsAtMs: START_MS + 600_000 });
  }
  expect(edge.removedAddresses).toEqual([LISTENER_ADDRESS]);
});
