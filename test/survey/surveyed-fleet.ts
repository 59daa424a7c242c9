import { createHash } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { BeganEntry } from '#history/entry';
import { messageRate, messageRateFrom } from '#operator/look-ups/filter-list';
import { DEFAULT_SETTINGS } from '#session/configuration/settings';
import { deliveredInAll } from '#session/delivery/delivered-in-all';
import { positionAt } from '#session/position';
import type { Session } from '#session/session';
import type { Subscription } from '#session/subscription';
import { createHistoryStore } from '#store/history/history';
import { createFlowStore } from '#store/inflight/flows';
import { createLogPages } from '#store/messages/log-pages';
import { createMessageLog } from '#store/messages/message-log';
import { observeCapacity } from '#store/requests/capacity';
import { createRouteList } from '#store/routes/route-list';
import { createRouteStore } from '#store/routes/routes';
import { clientPage } from '#store/sessions/client-pages';
import { createSessionStore } from '#store/sessions/sessions';
import { createStatisticsStore } from '#store/statistics/statistics';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import type { SurveyDependencies } from '#survey/dependencies';
import { openWaiting } from '#survey/open-waiting';
import { runSurvey, type SurveyRun } from '#survey/survey';
import type { TestTables } from '#test/store/dynamodb/tables';
import { exampleSession } from '#test/store/sessions/example-sessions';

export const NOW_MS = 1_795_000_000_000;
const HOUR_MS = 3_600_000;
const SETTLE_SECONDS = 4;

/** A client has a filter of its own, narrow, and the same length for all. */
function filterOf(clientId: string): string {
  return `orders/${createHash('sha256').update(clientId).digest('base64url')}/new`;
}

/** A session that waits for a day, to which messages are owed since an hour ago. */
export function awaySession(clientId: string, nowMs: number, more: Partial<Session> = {}): Session {
  const cursor = positionAt(NOW_MS - HOUR_MS);
  return exampleSession(clientId, 1, {
    cursor,
    owedFrom: cursor,
    startedAtMs: NOW_MS - HOUR_MS,
    endsAtMs: nowMs + 24 * HOUR_MS,
    ...more,
  });
}

export function subscriptionOf({ clientId, incarnation, connections, startedAtMs }: Session): Subscription {
  return {
    clientId,
    filter: filterOf(clientId),
    incarnation,
    sessionIdentifier: connections[0]?.sessionIdentifier ?? '',
    subscribedAtMs: [startedAtMs],
    qos: 1,
  };
}

/** Sessions in tables, and surveys of them. */
export class SurveyedFleet {
  nowMs = NOW_MS;
  readonly problems: string[] = [];
  /** Clients in the order in which they were looked at. */
  readonly looked: string[] = [];
  readonly dependencies: SurveyDependencies;
  readonly #writer: DynamoDBDocumentClient;
  readonly #tables: TestTables;

  constructor(tables: TestTables, readUnits: number) {
    this.#tables = tables;
    this.#writer = tables.newClient();
    const client = tables.newClient();
    let used = 0;
    observeCapacity(client, (consumed) => {
      used += consumed.readUnits;
    });
    const { names } = tables;
    const clock = () => this.nowMs;
    const { looked } = this;
    const logPages = createLogPages(client, names.messages);
    const configuration = { policies: [], settings: DEFAULT_SETTINGS };
    const waiting = {
      flows: createFlowStore(client, names.inflight),
      routes: createRouteStore(client, names.routes, { clock }),
      logPages,
      configuration,
      clock,
    };
    this.dependencies = {
      configuration,
      sessions: createSessionStore(client, names.sessions),
      subscriptions: createSubscriptionStore(client, names.subscriptions, { clock }),
      history: createHistoryStore(client, names.history, { retentionSeconds: 86_400 }),
      statistics: createStatisticsStore(client, names.statistics, { clock }),
      clientPage: (page) => clientPage(client, names.sessions, page),
      routes: createRouteList(client, names.routes, { clock }),
      messageRate: (route) => messageRate(route, { logPages, clock }),
      messageRateFrom: (route, fromMs) => messageRateFrom(route, fromMs, { logPages, clock }),
      waiting: (session, subscriptions) => {
        looked.push(session.clientId);
        return openWaiting(session, subscriptions, waiting);
      },
      delivered: async (session) => deliveredInAll(session, await waiting.flows.get(session.clientId)),
      unitsUsed: () => used,
      readUnits,
      clock,
      onProblem: (what) => this.problems.push(what),
    };
  }

  survey(): Promise<SurveyRun> {
    return runSurvey(this.dependencies);
  }

  /** A session that waits, subscribed to a filter of its own. */
  async away(clientId: string, more: Partial<Session> = {}): Promise<Session> {
    const { names } = this.#tables;
    const clock = () => this.nowMs;
    const session = awaySession(clientId, this.nowMs, more);
    const { subscribedAtMs, ...subscription } = subscriptionOf(session);
    await createSessionStore(this.#writer, names.sessions).write(session, undefined);
    const store = createSubscriptionStore(this.#writer, names.subscriptions, { clock });
    await store.apply({ kind: 'subscribed', ...subscription, atMs: subscribedAtMs[0] ?? 0 });
    return session;
  }

  filterOf(clientId: string): string {
    return filterOf(clientId);
  }

  /** Messages on a filter's log, by default of 60 bytes on that of a client, and its route. */
  async publish(filter: string, count: number, everyMs = 1_000, payloadBytes = 6): Promise<void> {
    const { names } = this.#tables;
    const clock = () => this.nowMs;
    const routes = createRouteStore(this.#writer, names.routes, { clock });
    await routes.ensure({ filter, retainSeconds: 86_400, shards: 1 });
    for (let index = count; index > 0; index -= 1) {
      const receivedAtMs = this.nowMs - index * everyMs;
      const log = createMessageLog(this.#writer, names.messages, {
        settleSeconds: SETTLE_SECONDS,
        clock: () => receivedAtMs,
      });
      await log.append({
        filter,
        shards: 1,
        retainSeconds: 86_400,
        message: {
          messageId: `${filter} ${receivedAtMs}`,
          topic: filter.replace('#', 'all'),
          payload: new Uint8Array(payloadBytes),
          qos: 1,
          receivedAtMs,
        },
      });
    }
  }

  /** Counts the sessions as the history of a fleet would. */
  async count(disconnected: number): Promise<void> {
    await this.dependencies.statistics.add(
      Array.from({ length: disconnected }, (_, index) => ({
        clientId: `client ${index}`,
        recordId: `record ${index} of ${this.nowMs}`,
        changes: { totals: { started: 1 }, gauges: { disconnected: 1 }, expiring: [] },
      })),
    );
  }

  /** A client identifier that two devices share: takeovers a minute apart. */
  async takenOver(clientId: string, times: number): Promise<void> {
    const { names } = this.#tables;
    const history = createHistoryStore(this.#writer, names.history, { retentionSeconds: 86_400 });
    const entry = (index: number) => ({
      clientId,
      id: `takeover ${index}`,
      atMs: this.nowMs - index * 60_000,
      type: 'takenOver' as BeganEntry['type'],
      incarnation: '1:a',
      sessionPresent: true,
      sessionExpiryInterval: 3_600,
      ipAddress: `192.0.2.${index % 2}`,
    });
    await history.append(Array.from({ length: times }, (_, index) => entry(index)));
    await this.dependencies.statistics.noteTakeovers([clientId], this.nowMs);
  }
}
