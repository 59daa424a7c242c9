import { startFlow } from '#session/flow/flow';
import { send } from '#session/flow/outbound';
import { positionOf } from '#session/position';
import type { Session } from '#session/session';
import { matches } from '#session/topics/topic-filter';
import { exampleConnection, exampleSession } from '#test/store/sessions/example-sessions';
import type { apiDependencies } from './api-on-tables.ts';

export const NOW_MS = Date.UTC(2026, 10, 25, 12);
export const CLIENTS = ['a', 'a/b', 'gerät 7', 'p-1', 'p-2', '<b>x</b>', 'gone'];
export const TOPICS = ['a/b', 'a/b/c', 'a', '<i>/b'];
const FILTERS = ['a/+', 'a/#', '$share/g/a/b', '<i>/b'];
export const OPERATION = 'operation-1';
const MINUTE_MS = 60_000;

function sessionOf(clientId: string, index: number): Session {
  const connectedAtMs = NOW_MS - 60 * MINUTE_MS;
  const isConnected = index % 3 === 0;
  const { disconnectedAtMs: _, disconnectReason: __, ...standing } = exampleConnection(1, { connectedAtMs });
  const disconnectedAtMs = connectedAtMs + MINUTE_MS;
  const connection = isConnected ? standing : exampleConnection(1, { connectedAtMs, disconnectedAtMs });
  const cursor = positionOf(disconnectedAtMs, 'cursor');
  const {
    endsAtMs: ___,
    progress: ____,
    ...session
  } = exampleSession(clientId, 1, {
    status: isConnected ? 'connected' : 'disconnected',
    connections: [connection],
    startedAtMs: connectedAtMs,
    cursor,
    owedFrom: cursor,
    owesDelivery: isConnected,
    drops: { expired: 2 },
    lastDrops: [{ reason: 'expired', topic: '<i>/b', position: cursor, atMs: NOW_MS }],
    ...(clientId.startsWith('p-') && { carrier: 'https://sqs.local/listener' }),
  });
  const endsAtMs = clientId === 'gone' ? NOW_MS - 1 : NOW_MS + 60 * MINUTE_MS;
  return isConnected ? session : { ...session, endsAtMs };
}

/** A few clients of both edges with all that they may have. */
export async function fillFleet(dependencies: ReturnType<typeof apiDependencies>): Promise<void> {
  const { acts, log, statistics } = dependencies;
  const operation = { revision: 1, status: 'running', examined: 7, ended: 2, startedAtMs: NOW_MS } as const;
  await statistics.putOperation(
    {
      ...operation,
      operationId: OPERATION,
      actor: 'operator',
      request: { act: 'endIdle', clients: '*', idleSeconds: 60 },
    },
    undefined,
  );
  for (const [index, clientId] of CLIENTS.entries()) {
    const session = sessionOf(clientId, index);
    await acts.sessions.write(session, undefined);
    for (const filter of FILTERS) {
      await acts.subscriptions.apply({
        clientId,
        filter,
        incarnation: session.incarnation,
        sessionIdentifier: 'before',
        kind: 'subscribed',
        atMs: session.startedAtMs,
        qos: 1,
      });
    }
    if (clientId === 'p-1') {
      const flow = startFlow(clientId, session.incarnation, 'connection', session.cursor);
      const outbound = { log: 'a/#', position: session.cursor, qos: 2 as const, retain: false };
      await acts.flows.write({ ...send(flow, outbound).flow, inbound: [7] }, undefined);
    }
    const entry = { clientId, incarnation: session.incarnation, atMs: NOW_MS - index };
    await acts.history.append([
      {
        ...entry,
        id: '1',
        type: 'started',
        sessionPresent: false,
        sessionExpiryInterval: 60,
        ipAddress: '::1',
      },
      { ...entry, id: '2', type: 'disconnected', reason: 'CONNECTION_LOST' },
      { ...entry, id: '3', type: 'delivered', messages: 1, from: session.cursor, upTo: session.cursor },
      { ...entry, id: '4', type: 'dropped', counts: { expired: 1 }, last: session.lastDrops },
      {
        clientId,
        atMs: NOW_MS,
        id: '5',
        type: 'operator',
        act: 'resume',
        actor: 'operator',
        detail: { outcome: 'x' },
      },
    ]);
  }
  for (const filter of FILTERS.filter((each) => !each.startsWith('$'))) {
    await acts.routes.ensure({ filter, retainSeconds: 86_400, shards: 1 });
  }
  for (let index = 0; index < 40; index += 1) {
    const topic = TOPICS[index % TOPICS.length] ?? 'a';
    const message = {
      messageId: `message ${index}`,
      topic,
      qos: 1 as const,
      payload: Buffer.from('<script>alert(1)</script>'),
      receivedAtMs: NOW_MS - 1_000 + index,
      publisher: 'a',
      ...(index % 5 === 0 && { messageExpiryInterval: 1_000, contentType: 'text/html' }),
    };
    for (const filter of FILTERS.filter((each) => matches(each, topic))) {
      await log.append({ filter, shards: 1, retainSeconds: 86_400, message });
    }
  }
}
