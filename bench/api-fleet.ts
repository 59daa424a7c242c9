import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ApiDependencies } from '#api/dependencies';
import { TOTALS, type Totals } from '#history/counts';
import { positionOf } from '#session/position';
import type { Session } from '#session/session';
import type { MessageLog } from '#store/messages/message-log';
import { toItem } from '#store/sessions/session-item';
import type { StatisticsStore } from '#store/statistics/statistics';
import { exampleConnection, exampleSession } from '#test/store/sessions/example-sessions';
import type { Progress } from './progress.ts';
import { putAll } from './tables.ts';

export const NOW_MS = Date.UTC(2026, 10, 25, 12);
const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const MESSAGE_BYTES = 256;

/** Every second one is away, and ends within the next day. */
function sessionOf(index: number): Session {
  const clientId = `meter-${index}`;
  const connectedAtMs = NOW_MS - 2 * HOUR_MS - (index % 3_600) * SECOND_MS;
  if (index % 2 === 0) {
    const {
      disconnectedAtMs: _,
      disconnectReason: __,
      ...connection
    } = exampleConnection(1, { connectedAtMs });
    const { endsAtMs: ___, ...session } = exampleSession(clientId, 1, { status: 'connected' });
    return { ...session, connections: [connection] };
  }
  const disconnectedAtMs = connectedAtMs + HOUR_MS;
  const connections = [exampleConnection(1, { connectedAtMs, disconnectedAtMs })];
  return exampleSession(clientId, 1, { connections, endsAtMs: disconnectedAtMs + 24 * HOUR_MS });
}

export async function fillSessions(
  client: DynamoDBDocumentClient,
  table: string,
  count: number,
  progress: Progress,
): Promise<void> {
  const items = Array.from({ length: count }, (_, index) => toItem(sessionOf(index)));
  await putAll(client, table, items, (text) => progress(`${count} sessions: ${text}`));
}

/** One client that is away, with so many subscriptions and messages that wait. */
export async function fillClient(
  clientId: string,
  { acts }: ApiDependencies,
  log: MessageLog,
  { subscriptions, messages }: { readonly subscriptions: number; readonly messages: number },
  progress: Progress,
): Promise<void> {
  const away = sessionOf(1);
  const cursor = positionOf(NOW_MS - HOUR_MS, 'cursor');
  const { progress: _, ...session } = { ...away, clientId, cursor, owedFrom: cursor };
  await acts.sessions.write(session, undefined);
  const filters = Array.from({ length: subscriptions }, (_each, index) => `fleet/${clientId}/${index}/#`);
  for (const filter of filters) {
    await acts.subscriptions.apply({
      clientId,
      filter,
      incarnation: session.incarnation,
      sessionIdentifier: 'before',
      kind: 'subscribed',
      atMs: session.startedAtMs,
      qos: 1,
    });
    await acts.routes.ensure({ filter, retainSeconds: 100_000, shards: 1 });
  }
  for (let index = 0; index < messages; index += 1) {
    const filter = filters[index % filters.length] ?? '';
    const message = {
      messageId: `${clientId} ${index}`,
      topic: filter.replace('#', 'state'),
      qos: 1 as const,
      payload: Buffer.alloc(MESSAGE_BYTES, index % 256),
      receivedAtMs: NOW_MS,
    };
    await log.append({ filter, shards: 1, retainSeconds: 100_000, message });
    progress(`${clientId}: ${index + 1} of ${messages} messages wait`);
  }
}

const COUNTED = 2_000;
const POINTS = 60;

/** What a day with ends at every hour and minute leaves, with an hour of points. */
export async function fillStatistics(statistics: StatisticsStore): Promise<void> {
  const zero = Object.fromEntries(TOTALS.map((name) => [name, 0])) as Totals;
  const recorded = Array.from({ length: COUNTED }, (_, index) => ({
    clientId: `meter-${index}`,
    recordId: `record ${index}`,
    changes: {
      totals: { started: 1 },
      gauges: { disconnected: 1 },
      expiring: [
        {
          endsAtMs: NOW_MS + index * 43 * SECOND_MS,
          sessionExpiryInterval: (index % 30) * 86_400,
          count: 1 as const,
        },
      ],
    },
  }));
  for (let from = 0; from < recorded.length; from += 100) {
    await statistics.add(recorded.slice(from, from + 100));
  }
  for (let minute = POINTS; minute > 0; minute -= 1) {
    const atMs = NOW_MS - minute * 60 * SECOND_MS;
    await statistics.putPoint({ atMs, connected: 1, disconnected: 1, waiting: 1, totals: zero });
  }
  await statistics.putSurvey({
    surveyedAtMs: NOW_MS,
    waiting: { messages: 1, bytes: 1, isEstimate: true },
  });
}
