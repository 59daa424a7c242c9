import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createIotCoreClient, IotCoreBroker } from '#broker/iot-core';
import { nextRun } from '#delivery/next-run';
import type { PumpDependencies } from '#delivery/ports';
import { type DeliveredRun, type PumpResult, pump } from '#delivery/pump';
import { parseDeliveryRequest } from '#edge/queue-requests';
import { tellDelivered } from '#edge/records/delivered-run';
import { publishEvents } from '#edge/records/session-events';
import { type DeliveryRequest, Requests } from '#edge/requests';
import { environmentVariable } from '#lambda/environment';
import { handleQueueRecords } from '#lambda/queue-records';
import { keepRefused } from '#lambda/refusal';
import { choosePolicy } from '#session/configuration/policy';
import { parseSessionConfiguration } from '#session/configuration/session-configuration';
import { createDocumentClient } from '#store/client';
import { createHistoryStore } from '#store/history/history';
import { createMessageLog } from '#store/messages/message-log';
import { tableNamesFrom } from '#store/names';
import { createRouteStore } from '#store/routes/routes';
import { createSessionStore } from '#store/sessions/sessions';
import { createShareGroupStore } from '#store/share-groups/share-groups';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import { asError } from '#telemetry/as-error';
import { createTelemetry } from '#telemetry/telemetry';

/** Kept back from a run for the confirmations under way (10 s at most) and the last write. */
const RESERVE_MS = 15_000;

const telemetry = createTelemetry();
const { logger, metrics } = telemetry;
const tables = tableNamesFrom(process.env, ['sessions', 'subscriptions', 'routes', 'messages', 'history']);
const { policies, settings } = parseSessionConfiguration(environmentVariable('SESSION_CONFIGURATION'));
const client = createDocumentClient();
const requests = new Requests(new SQSClient({}), {
  deliveries: environmentVariable('DELIVERIES_QUEUE_URL'),
  deadLetters: environmentVariable('DEAD_LETTERS_QUEUE_URL'),
});
const bus = new EventBridgeClient({});
const busName = environmentVariable('EVENT_BUS_NAME');
const history = createHistoryStore(client, tables.history, {
  retentionSeconds: settings.historyRetentionSeconds,
});
const dependencies: PumpDependencies = {
  sessions: createSessionStore(client, tables.sessions),
  subscriptions: createSubscriptionStore(client, tables.subscriptions, { clock: Date.now }),
  routes: createRouteStore(client, tables.routes, { clock: Date.now }),
  shareGroups: createShareGroupStore(client, tables.routes),
  log: createMessageLog(client, tables.messages, { settleSeconds: settings.settleSeconds, clock: Date.now }),
  broker: new IotCoreBroker(createIotCoreClient()),
  policyOf: (clientId) => choosePolicy(policies, clientId),
  settings,
  clock: Date.now,
  sleep,
  newHolder: randomUUID,
};

function countRun(result: PumpResult, durationMs: number): void {
  metrics.add(`Pump.${result.outcome}`);
  metrics.add('Pump.duration', durationMs, 'Milliseconds');
  if (result.run === undefined) return;
  metrics.add('Messages.delivered', result.run.messages);
  metrics.add('Messages.redelivered', result.run.redeliveries);
  metrics.add('Messages.oldestAge', result.run.oldestAgeMs, 'Milliseconds');
}

/** The run is over and cannot be tried again: what cannot be told of it is missed by operators alone. */
async function tellRun(clientId: string, run: DeliveredRun): Promise<void> {
  try {
    const { entry, event } = tellDelivered(clientId, run, Date.now());
    await history.append([entry]);
    await publishEvents(bus, busName, [event]);
  } catch (error) {
    metrics.add('Pump.untold');
    logger.forClient(clientId).error('a delivery run could not be told of', asError(error));
  }
}

async function deliver(request: DeliveryRequest, deadlineMs: number): Promise<void> {
  const { clientId, attempt, purpose } = request;
  const startedAtMs = Date.now();
  const result = await pump(clientId, dependencies, deadlineMs, request);
  const delivered = 'delivered' in result ? result.delivered : 0;
  const reason = 'reason' in result ? result.reason : undefined;
  countRun(result, Date.now() - startedAtMs);
  const next = nextRun(result, attempt, Date.now(), purpose);
  logger.forClient(clientId).info(`delivery: ${result.outcome}`, {
    outcome: result.outcome,
    delivered,
    durationMs: Date.now() - startedAtMs,
    ...(reason !== undefined && { reason }),
    ...(next !== undefined && { nextRunSeconds: next.delaySeconds }),
  });
  if (next !== undefined) {
    const following = { ...request, attempt: next.attempt, purpose: next.purpose };
    await requests.delivery(following, next.delaySeconds);
  }
  if (result.run !== undefined) await tellRun(clientId, result.run);
}

/** Delivery runs, a client each, side by side; what a run could not finish it asks to be continued. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const deadlineMs = Date.now() + Math.max(context.getRemainingTimeInMillis() - RESERVE_MS, 1_000);
  try {
    return await handleQueueRecords(event, context, logger, (body) =>
      keepRefused('deliver', body, telemetry, requests, () =>
        deliver(parseDeliveryRequest(body), deadlineMs),
      ),
    );
  } finally {
    metrics.publish();
  }
}
