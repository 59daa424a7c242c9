import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { clientPrefixes } from '#advice/advice-id';
import { createApi } from '#api/app';
import { actorOf, type GatewayEvent, requestOf, resultOf } from '#api/gateway-event';
import { logActTo } from '#api/log-act';
import { createIotCoreClient, IotCoreBroker } from '#broker/iot-core';
import { Requests } from '#edge/requests';
import { environmentVariable } from '#lambda/environment';
import { tellRefusedShapes } from '#lambda/refused-shapes';
import { createDeadLetterQueue } from '#operator/dead-letters/dead-letter-queue';
import type { OperatorDependencies } from '#operator/dependencies';
import { createSignalSender } from '#packet-edge/signals/signal-queue';
import { parseSessionConfiguration } from '#session/configuration/session-configuration';
import { createDocumentClient } from '#store/client';
import { createHistoryStore } from '#store/history/history';
import { createFlowStore } from '#store/inflight/flows';
import { createLogPages } from '#store/messages/log-pages';
import { createWillMessages } from '#store/messages/will-messages';
import { ALL_TABLES, tableNamesFrom } from '#store/names';
import { createRouteList } from '#store/routes/route-list';
import { createRouter } from '#store/routes/router';
import { createRouteStore } from '#store/routes/routes';
import { createSessionIndex } from '#store/sessions/session-index';
import { createSessionStore } from '#store/sessions/sessions';
import { createShareGroupStore } from '#store/share-groups/share-groups';
import { createStatisticsStore } from '#store/statistics/statistics';
import { createSubscriberPages } from '#store/subscriptions/subscriber-pages';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import { createSessionStarts } from '#store/transactions/session-starts';
import { createSessionSubscriptions } from '#store/transactions/session-subscriptions';
import { createTelemetry } from '#telemetry/telemetry';

const telemetry = createTelemetry();
const { logger, metrics } = telemetry;
const tables = tableNamesFrom(process.env, ALL_TABLES);
const configuration = parseSessionConfiguration(environmentVariable('SESSION_CONFIGURATION'));
const { historyRetentionSeconds: retentionSeconds, logShards, maximumShapes } = configuration.settings;
const client = createDocumentClient();
const clock = Date.now;
const queues = new SQSClient({});
const sessions = createSessionStore(client, tables.sessions);
const subscriptions = createSubscriptionStore(client, tables.subscriptions, { clock });
const routes = createRouteStore(client, tables.routes, {
  clock,
  maximumShapes,
  onRefused: tellRefusedShapes(telemetry),
});
const flows = createFlowStore(client, tables.inflight);
const logPages = createLogPages(client, tables.messages);
const history = createHistoryStore(client, tables.history, { retentionSeconds });
const acts: OperatorDependencies = {
  sessions,
  subscriptions,
  routes,
  shareGroups: createShareGroupStore(client, tables.routes),
  broker: new IotCoreBroker(createIotCoreClient()),
  requests: new Requests(queues, {
    deliveries: environmentVariable('DELIVERIES_QUEUE_URL'),
    lookUps: environmentVariable('LOOK_UPS_QUEUE_URL'),
    routeChecks: environmentVariable('ROUTE_CHECKS_QUEUE_URL'),
    packetRequests: environmentVariable('PACKET_REQUESTS_QUEUE_URL'),
    operations: environmentVariable('OPERATIONS_QUEUE_URL'),
    unrouted: environmentVariable('UNROUTED_QUEUE_URL'),
  }),
  flows,
  logPages,
  sessionStarts: createSessionStarts(client, tables, { clock }),
  sessionSubscriptions: createSessionSubscriptions(client, tables, { clock }),
  signalSender: createSignalSender(queues),
  history,
  configuration,
  clock,
  sleep,
  newId: randomUUID,
  logAct: logActTo(logger),
};
const api = createApi({
  acts,
  deadLetters: createDeadLetterQueue(queues, environmentVariable('DEAD_LETTERS_QUEUE_URL')),
  sessions,
  index: createSessionIndex(client, tables.sessions),
  subscriptions,
  subscriberPages: createSubscriberPages(client, tables.subscriptions),
  routes,
  routeList: createRouteList(client, tables.routes, { clock }),
  router: createRouter(routes, { clock }),
  logPages,
  wills: createWillMessages(client, tables.messages),
  flows,
  history,
  statistics: createStatisticsStore(client, tables.statistics, { clock }),
  advicePrefixes: clientPrefixes,
  logShards,
  configuration,
  logger,
  clock,
});

/** One request to the session API, which an HTTP API has let in. */
export async function handler(event: GatewayEvent): Promise<APIGatewayProxyStructuredResultV2> {
  const startedAtMs = clock();
  const actor = actorOf(event);
  try {
    const response = await api.fetch(requestOf(event), actor === undefined ? {} : { actor });
    metrics.add('Api.requests');
    metrics.add('Api.time', clock() - startedAtMs, 'Milliseconds');
    if (response.status >= 500) metrics.add('Api.failures');
    return await resultOf(response);
  } finally {
    metrics.publish();
  }
}
