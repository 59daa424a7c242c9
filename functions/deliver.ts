import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createIotCoreClient, IotCoreBroker } from '#broker/iot-core';
import { nextRun } from '#delivery/next-run';
import type { PumpDependencies } from '#delivery/ports';
import { pump } from '#delivery/pump';
import { parseDeliveryRequest } from '#edge/queue-requests';
import { type DeliveryRequest, Requests } from '#edge/requests';
import { environmentVariable } from '#lambda/environment';
import { handleQueueRecords } from '#lambda/queue-records';
import { keepRefused } from '#lambda/refusal';
import { choosePolicy } from '#session/policy';
import { parseSessionConfiguration } from '#session/session-configuration';
import { createDocumentClient } from '#store/client';
import { createMessageLog } from '#store/message-log';
import { tableNamesFrom } from '#store/names';
import { createRouteStore } from '#store/routes';
import { createSessionStore } from '#store/sessions';
import { createShareGroupStore } from '#store/share-groups';
import { createSubscriptionStore } from '#store/subscriptions';
import { createTelemetry } from '#telemetry/telemetry';

/** Kept back from a run for the confirmations under way (10 s at most) and the last write. */
const RESERVE_MS = 15_000;

const telemetry = createTelemetry();
const { logger, metrics } = telemetry;
const tables = tableNamesFrom(process.env, ['sessions', 'subscriptions', 'routes', 'messages']);
const { policies, settings } = parseSessionConfiguration(environmentVariable('SESSION_CONFIGURATION'));
const client = createDocumentClient();
const requests = new Requests(new SQSClient({}), {
  deliveries: environmentVariable('DELIVERIES_QUEUE_URL'),
  deadLetters: environmentVariable('DEAD_LETTERS_QUEUE_URL'),
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
  sleep: async (milliseconds) => {
    await setTimeout(milliseconds);
  },
  newHolder: randomUUID,
};

async function deliver(request: DeliveryRequest, deadlineMs: number): Promise<void> {
  const { clientId, attempt, purpose } = request;
  const startedAtMs = Date.now();
  const result = await pump(clientId, dependencies, deadlineMs, request);
  const delivered = 'delivered' in result ? result.delivered : 0;
  const reason = 'reason' in result ? result.reason : undefined;
  metrics.add('Messages.delivered', delivered);
  metrics.add(`Pump.${result.outcome}`);
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
