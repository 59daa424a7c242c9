import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse } from 'aws-lambda';
import { createIotCoreClient, IotCoreBroker } from '#broker/iot-core';
import type { EdgeDependencies } from '#edge/dependencies';
import { handleLifecycleEvent } from '#edge/lifecycle/lifecycle';
import { parseLifecycleEvent } from '#edge/lifecycle/lifecycle-event';
import { repairLookUp } from '#edge/lifecycle/repair';
import { parseLookUpRequest } from '#edge/queue-requests';
import { Requests } from '#edge/requests';
import { environmentVariable } from '#lambda/environment';
import { handleQueueRecords, isQueueEvent } from '#lambda/queue-records';
import { keepRefused } from '#lambda/refusal';
import { tellRefusedShapes } from '#lambda/refused-shapes';
import { parseSessionConfiguration } from '#session/configuration/session-configuration';
import { createDocumentClient } from '#store/client';
import { tableNamesFrom } from '#store/names';
import { createRouteStore } from '#store/routes/routes';
import { createSessionStore } from '#store/sessions/sessions';
import { createShareGroupStore } from '#store/share-groups/share-groups';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import { createTelemetry } from '#telemetry/telemetry';

const telemetry = createTelemetry();
const { logger, metrics } = telemetry;
const tables = tableNamesFrom(process.env, ['sessions', 'subscriptions', 'routes']);
const configuration = parseSessionConfiguration(environmentVariable('SESSION_CONFIGURATION'));
const { maximumShapes } = configuration.settings;
const client = createDocumentClient();
const requests = new Requests(new SQSClient({}), {
  deliveries: environmentVariable('DELIVERIES_QUEUE_URL'),
  lookUps: environmentVariable('LOOK_UPS_QUEUE_URL'),
  routeChecks: environmentVariable('ROUTE_CHECKS_QUEUE_URL'),
  packetRequests: environmentVariable('PACKET_REQUESTS_QUEUE_URL'),
  deadLetters: environmentVariable('DEAD_LETTERS_QUEUE_URL'),
});
const dependencies: EdgeDependencies = {
  sessions: createSessionStore(client, tables.sessions),
  subscriptions: createSubscriptionStore(client, tables.subscriptions, { clock: Date.now }),
  routes: createRouteStore(client, tables.routes, {
    clock: Date.now,
    maximumShapes,
    onRefused: tellRefusedShapes(telemetry),
  }),
  shareGroups: createShareGroupStore(client, tables.routes),
  broker: new IotCoreBroker(createIotCoreClient(), (failure) => metrics.add(`LookUp.${failure}`)),
  requests,
  configuration,
  clock: Date.now,
};

async function handleEvent(value: unknown, attempt: number): Promise<void> {
  const event = parseLifecycleEvent(value);
  const outcome = await handleLifecycleEvent(event, dependencies, attempt);
  metrics.add(`Lifecycle.${outcome}`);
  logger.forClient(event.clientId).info(`${event.eventType}: ${outcome}`, {
    eventType: event.eventType,
    outcome,
    ageMs: Date.now() - event.timestamp,
    ...('versionNumber' in event && { versionNumber: event.versionNumber }),
    ...('disconnectReason' in event && { disconnectReason: event.disconnectReason }),
    ...('topics' in event && { filters: event.topics.length }),
  });
}

async function handleRequest(body: unknown): Promise<void> {
  const request = parseLookUpRequest(body);
  if (request.kind === 'event') return handleEvent(request.event, request.attempt);
  const outcome = await repairLookUp(request.clientId, request.attempt, dependencies);
  metrics.add(`LookUp.${outcome}`);
  logger.forClient(request.clientId).info(`look-up: ${outcome}`, { outcome, attempt: request.attempt });
}

/** Lifecycle events from IoT rules, one an invocation; look-ups to repair, a batch from their queue. */
export async function handler(event: unknown, context: Context): Promise<SQSBatchResponse | undefined> {
  const refused = (value: unknown, handle: () => Promise<void>) =>
    keepRefused('lifecycle', value, telemetry, requests, handle);
  try {
    if (isQueueEvent(event)) {
      return await handleQueueRecords(event, context, logger, (body) =>
        refused(body, () => handleRequest(body)),
      );
    }
    await refused(event, () => handleEvent(event, 0));
    return undefined;
  } finally {
    metrics.publish();
  }
}
