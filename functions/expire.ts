import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent, SQSBatchResponse } from 'aws-lambda';
import { parseRouteCheck } from '#edge/queue-requests';
import { publishEvents } from '#edge/records/session-events';
import { Requests } from '#edge/requests';
import { checkRoute } from '#edge/route-check';
import type { EndedSession } from '#edge/session-end/ended-session';
import { cleanUp } from '#edge/session-end/session-end';
import { environmentVariable } from '#lambda/environment';
import { handleQueueRecords, isQueueEvent } from '#lambda/queue-records';
import { keepRefused } from '#lambda/refusal';
import { endedSessionFrom, handleStreamRecords } from '#lambda/stream-records';
import { parseSessionConfiguration } from '#session/configuration/session-configuration';
import { createDocumentClient } from '#store/client';
import { createHistoryStore } from '#store/history/history';
import { createFlowStore } from '#store/inflight/flows';
import { createMessageLog } from '#store/messages/message-log';
import { tableNamesFrom } from '#store/names';
import { createRouteStore } from '#store/routes/routes';
import { createSessionStore } from '#store/sessions/sessions';
import { createShareGroupStore } from '#store/share-groups/share-groups';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import { createTelemetry } from '#telemetry/telemetry';

const telemetry = createTelemetry();
const { logger, metrics } = telemetry;
const tables = tableNamesFrom(process.env, [
  'sessions',
  'subscriptions',
  'routes',
  'messages',
  'inflight',
  'history',
]);
const configuration = parseSessionConfiguration(environmentVariable('SESSION_CONFIGURATION'));
const { settings } = configuration;
const busName = environmentVariable('EVENT_BUS_NAME');
const client = createDocumentClient();
const events = new EventBridgeClient({});
const requests = new Requests(new SQSClient({}), {
  routeChecks: environmentVariable('ROUTE_CHECKS_QUEUE_URL'),
  packetRequests: environmentVariable('PACKET_REQUESTS_QUEUE_URL'),
  deadLetters: environmentVariable('DEAD_LETTERS_QUEUE_URL'),
});
const dependencies = {
  sessions: createSessionStore(client, tables.sessions),
  subscriptions: createSubscriptionStore(client, tables.subscriptions, { clock: Date.now }),
  routes: createRouteStore(client, tables.routes, { clock: Date.now }),
  shareGroups: createShareGroupStore(client, tables.routes),
  flows: createFlowStore(client, tables.inflight),
  messages: createMessageLog(client, tables.messages, {
    settleSeconds: settings.settleSeconds,
    clock: Date.now,
  }),
  history: createHistoryStore(client, tables.history, { retentionSeconds: settings.historyRetentionSeconds }),
  publish: (ends: Parameters<typeof publishEvents>[2]) => publishEvents(events, busName, ends),
  requests,
  configuration,
  clock: Date.now,
};

async function handleEnded(ended: EndedSession): Promise<void> {
  const { session, reason, endedAtMs } = ended;
  const { removed } = await cleanUp(ended, dependencies);
  logger.forClient(session.clientId).info(`session ended: ${reason}`, {
    reason,
    incarnation: session.incarnation,
    endedAt: new Date(endedAtMs).toISOString(),
    subscriptionsRemoved: removed,
  });
}

/** Ended sessions, from the stream of the Sessions table; routes to be checked, a batch from their queue. */
export async function handler(
  event: unknown,
  context: Context,
): Promise<SQSBatchResponse | DynamoDBBatchResponse> {
  try {
    if (isQueueEvent(event)) {
      return await handleQueueRecords(event, context, logger, (body) =>
        keepRefused('expire', body, telemetry, requests, async () => {
          const check = parseRouteCheck(body);
          const outcome = await checkRoute(check, dependencies);
          logger.info(`route check: ${outcome}`, { step: check.step, outcome });
        }),
      );
    }
    return await handleStreamRecords(event as DynamoDBStreamEvent, context, logger, async (record) => {
      const ended = endedSessionFrom(record);
      if (ended !== undefined) await handleEnded(ended);
    });
  } finally {
    metrics.publish();
  }
}
