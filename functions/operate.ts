import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createIotCoreClient, IotCoreBroker } from '#broker/iot-core';
import { parseOperationRequest } from '#edge/queue-requests';
import { Requests } from '#edge/requests';
import { environmentVariable } from '#lambda/environment';
import { handleQueueRecords } from '#lambda/queue-records';
import { keepRefused } from '#lambda/refusal';
import { tellRefusedShapes } from '#lambda/refused-shapes';
import { continueOperation, type OperationDependencies } from '#operator/acts/end-idle';
import { createSignalSender } from '#packet-edge/signals/signal-queue';
import { parseSessionConfiguration } from '#session/configuration/session-configuration';
import { createDocumentClient } from '#store/client';
import { createHistoryStore } from '#store/history/history';
import { tableNamesFrom } from '#store/names';
import { createRouteStore } from '#store/routes/routes';
import { createSessionIndex } from '#store/sessions/session-index';
import { createSessionStore } from '#store/sessions/sessions';
import { createShareGroupStore } from '#store/share-groups/share-groups';
import { createOperationStore } from '#store/statistics/operations';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import { createTelemetry } from '#telemetry/telemetry';

const telemetry = createTelemetry();
const { logger, metrics } = telemetry;
const tables = tableNamesFrom(process.env, ['sessions', 'subscriptions', 'routes', 'history', 'statistics']);
const configuration = parseSessionConfiguration(environmentVariable('SESSION_CONFIGURATION'));
const { historyRetentionSeconds: retentionSeconds, maximumShapes } = configuration.settings;
const client = createDocumentClient();
const queues = new SQSClient({});
const clock = Date.now;
const requests = new Requests(queues, {
  operations: environmentVariable('OPERATIONS_QUEUE_URL'),
  deliveries: environmentVariable('DELIVERIES_QUEUE_URL'),
  packetRequests: environmentVariable('PACKET_REQUESTS_QUEUE_URL'),
  deadLetters: environmentVariable('DEAD_LETTERS_QUEUE_URL'),
});
const dependencies: OperationDependencies = {
  sessions: createSessionStore(client, tables.sessions),
  index: createSessionIndex(client, tables.sessions),
  subscriptions: createSubscriptionStore(client, tables.subscriptions, { clock }),
  routes: createRouteStore(client, tables.routes, {
    clock,
    maximumShapes,
    onRefused: tellRefusedShapes(telemetry),
  }),
  shareGroups: createShareGroupStore(client, tables.routes),
  history: createHistoryStore(client, tables.history, { retentionSeconds }),
  operations: createOperationStore(client, tables.statistics),
  broker: new IotCoreBroker(createIotCoreClient()),
  requests,
  signalSender: createSignalSender(queues),
  configuration,
  clock,
  sleep,
  newId: randomUUID,
};

async function operate(body: unknown): Promise<void> {
  const { operationId } = parseOperationRequest(body);
  const step = await continueOperation(operationId, dependencies);
  metrics.add(`Operations.${step}`);
  logger.info(`operation: ${step}`, { operationId, outcome: step });
}

/** The next parts of background operations, from their queue; what is left is asked for there again. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  try {
    return await handleQueueRecords(event, context, logger, (body) =>
      keepRefused('operate', body, telemetry, requests, () => operate(body)),
    );
  } finally {
    metrics.publish();
  }
}
