import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { SessionConfiguration } from '#session/configuration/session-configuration';
import type { Session } from '#session/session';
import type { Subscription } from '#session/subscription';
import { createHistoryStore } from '#store/history/history';
import { createFlowStore } from '#store/inflight/flows';
import { createLogPages } from '#store/messages/log-pages';
import type { TableNames } from '#store/names';
import { createRouteStore } from '#store/routes/routes';
import { createSessionStore } from '#store/sessions/sessions';
import { createStatisticsStore } from '#store/statistics/statistics';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import { openWaiting } from './open-waiting.ts';

interface LookEnvironment {
  readonly tables: TableNames;
  readonly configuration: SessionConfiguration;
  readonly clock: () => number;
}

/** What whoever looks at a client reads: the survey, and the widget of a dashboard. */
export function createLookStores(
  client: DynamoDBDocumentClient,
  { tables, configuration, clock }: LookEnvironment,
) {
  const { historyRetentionSeconds: retentionSeconds } = configuration.settings;
  const flows = createFlowStore(client, tables.inflight);
  const logPages = createLogPages(client, tables.messages);
  const routes = createRouteStore(client, tables.routes, { clock });
  return {
    flows,
    logPages,
    sessions: createSessionStore(client, tables.sessions),
    subscriptions: createSubscriptionStore(client, tables.subscriptions, { clock }),
    history: createHistoryStore(client, tables.history, { retentionSeconds }),
    statistics: createStatisticsStore(client, tables.statistics, { clock }),
    waiting: (session: Session, subscriptions: readonly Subscription[]) =>
      openWaiting(session, subscriptions, { flows, routes, logPages, configuration, clock }),
  };
}
