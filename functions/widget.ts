import type { Context } from 'aws-lambda';
import { environmentVariable } from '#lambda/environment';
import { parseSessionConfiguration } from '#session/session-configuration';
import { createDocumentClient } from '#store/client';
import { createFlowStore } from '#store/flows';
import { createHistoryStore } from '#store/history';
import { createLogPages } from '#store/log-pages';
import { tableNamesFrom } from '#store/names';
import { createRouteStore } from '#store/routes';
import { createSessionStore } from '#store/sessions';
import { createStatisticsStore } from '#store/statistics';
import { createSubscriptionStore } from '#store/subscriptions';
import { openWaiting } from '#survey/open-waiting';
import { createTelemetry } from '#telemetry/telemetry';
import { renderWidget, type WidgetDependencies } from '#widget/render';

const { logger } = createTelemetry();
const tables = tableNamesFrom(process.env, [
  'sessions',
  'subscriptions',
  'routes',
  'messages',
  'inflight',
  'history',
  'statistics',
]);
const configuration = parseSessionConfiguration(environmentVariable('SESSION_CONFIGURATION'));
const { historyRetentionSeconds: retentionSeconds } = configuration.settings;
const client = createDocumentClient();
const clock = Date.now;
const waiting = {
  flows: createFlowStore(client, tables.inflight),
  routes: createRouteStore(client, tables.routes, { clock }),
  logPages: createLogPages(client, tables.messages),
  configuration,
  clock,
};
const dependencies: WidgetDependencies = {
  sessions: createSessionStore(client, tables.sessions),
  subscriptions: createSubscriptionStore(client, tables.subscriptions, { clock }),
  history: createHistoryStore(client, tables.history, { retentionSeconds }),
  statistics: createStatisticsStore(client, tables.statistics, { clock }),
  waiting: (session, subscriptions) => openWaiting(session, subscriptions, waiting),
  clock,
};

/** What a CloudWatch dashboard shows: a look at one session, or at the fleet. */
export async function handler(event: unknown, context: Context): Promise<string> {
  const startedAtMs = clock();
  const page = await renderWidget(event, context.invokedFunctionArn, dependencies);
  logger.info('look', { characters: page.length, durationMs: clock() - startedAtMs });
  return page;
}
