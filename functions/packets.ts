import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse } from 'aws-lambda';
import { createIotCoreClient, IotCoreBroker } from '#broker/iot-core';
import { publishToBroker } from '#broker/publish';
import { isCarriageEvent, readCarriageEvent } from '#carrier/carriage-event';
import { handleCarrierRequest, readCarrierRequest } from '#carrier/carrier-request';
import type { CarrierDependencies } from '#carrier/dependencies';
import { handleCarriage } from '#carrier/handle-carriage';
import { RefusedEventError } from '#edge/errors';
import { parseListenerCheck, parseMemberEnd, parseWillRequest } from '#edge/queue-requests';
import { Requests } from '#edge/requests';
import { environmentVariable } from '#lambda/environment';
import { handleQueueRecords, isQueueEvent } from '#lambda/queue-records';
import { keepRefused } from '#lambda/refusal';
import { tellRefusedShapes } from '#lambda/refused-shapes';
import { checkListener, heartbeat } from '#packet-edge/connections/listeners';
import type { MessageReport, PacketEdgeDependencies } from '#packet-edge/dependencies';
import { handlePackets } from '#packet-edge/handle-packets';
import { reassignShared } from '#packet-edge/share-groups/share-reassignment';
import { createSignalSender } from '#packet-edge/signals/signal-queue';
import { fireWill } from '#packet-edge/wills/wills';
import type { HeartbeatAnswer, PacketsRequest, PacketsResponse } from '#packets/carrying/exchange';
import { parseHeartbeat, parsePacketsRequest } from '#packets/carrying/exchange-codec';
import { choosePolicy } from '#session/configuration/policy';
import { parseSessionConfiguration } from '#session/configuration/session-configuration';
import type { Message } from '#session/message';
import { createDocumentClient } from '#store/client';
import { createCarriageStore } from '#store/inflight/carriages';
import { createFlowStore } from '#store/inflight/flows';
import { createMessageLog } from '#store/messages/message-log';
import { createWillMessages } from '#store/messages/will-messages';
import { tableNamesFrom } from '#store/names';
import { createRetainedMessages } from '#store/retained/retained-messages';
import { createListenerStore } from '#store/routes/listeners';
import { createRouter } from '#store/routes/router';
import { createRouteStore } from '#store/routes/routes';
import { createSessionIndex } from '#store/sessions/session-index';
import { createSessionStore } from '#store/sessions/sessions';
import { createShareAssignments } from '#store/share-groups/share-assignments';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import { createAcceptance } from '#store/transactions/acceptance';
import { createTelemetry } from '#telemetry/telemetry';

const telemetry = createTelemetry();
const { logger, metrics } = telemetry;
const tables = tableNamesFrom(process.env, ['sessions', 'subscriptions', 'routes', 'messages', 'inflight']);
const configuration = parseSessionConfiguration(environmentVariable('SESSION_CONFIGURATION'));
const { settleSeconds, maximumShapes } = configuration.settings;
const client = createDocumentClient();
const queues = new SQSClient({});
const broker = createIotCoreClient();
const clock = Date.now;
const routes = createRouteStore(client, tables.routes, {
  clock,
  maximumShapes,
  onRefused: tellRefusedShapes(telemetry),
});
const requests = new Requests(queues, {
  packetRequests: environmentVariable('PACKET_REQUESTS_QUEUE_URL'),
  routeChecks: environmentVariable('ROUTE_CHECKS_QUEUE_URL'),
  deadLetters: environmentVariable('DEAD_LETTERS_QUEUE_URL'),
});
const dependencies: PacketEdgeDependencies = {
  sessions: createSessionStore(client, tables.sessions),
  sessionIndex: createSessionIndex(client, tables.sessions),
  subscriptions: createSubscriptionStore(client, tables.subscriptions, { clock }),
  routes,
  router: createRouter(routes, { clock, cacheMs: 0, consistent: true }),
  flows: createFlowStore(client, tables.inflight),
  acceptance: createAcceptance(client, tables, { settleSeconds, clock }),
  log: createMessageLog(client, tables.messages, { settleSeconds, clock }),
  retained: createRetainedMessages(client, tables.messages, { clock }),
  assignments: createShareAssignments(client, tables.messages, { clock }),
  wills: createWillMessages(client, tables.messages),
  listeners: createListenerStore(client, tables.routes),
  requests,
  signalSender: createSignalSender(queues),
  ...(configuration.settings.publishToBroker && {
    publishToBroker: async (message: Message) => {
      metrics.add(`Broker.${await publishToBroker(broker, message)}`);
    },
  }),
  report: ({ clientId, what, outcome, reason }) => {
    logger
      .forClient(clientId)
      .info(`${what}: ${outcome}`, { outcome, ...(reason !== undefined && { reason }) });
  },
  reportMessage: countMessage,
  configuration,
  clock,
  sleep,
};

function countMessage(report: MessageReport): void {
  switch (report.what) {
    case 'appended':
      metrics.add('Messages.appended', report.filters);
      break;
    case 'sentAgain':
      metrics.add('Messages.redelivered');
      break;
    case 'sent':
      metrics.add('Messages.delivered');
      metrics.add('Messages.oldestAge', report.ageMs, 'Milliseconds');
      break;
  }
}

async function exchange(request: PacketsRequest): Promise<PacketsResponse> {
  const response = await handlePackets(request, dependencies);
  const clientId = response.context?.clientId;
  const log = clientId === undefined ? logger : logger.forClient(clientId);
  metrics.add('Packets.received', request.packets.length);
  metrics.add('Packets.sent', response.packets.length);
  if (response.close) metrics.add('Connections.closed');
  log.debug('packets exchanged', {
    received: request.packets.length,
    sent: response.packets.length,
    ...(response.close && { close: true }),
  });
  return response;
}

const carrier: CarrierDependencies = {
  carriages: createCarriageStore(client, tables.inflight),
  broker: new IotCoreBroker(broker),
  packets: exchange,
  isCarried: (clientId) => choosePolicy(configuration.policies, clientId).edge === 'packets',
  downTopic: (clientId) => `${configuration.settings.downTopicPrefix}/${clientId}/down`,
  clock,
  sleep,
};

/** A frame of a device whose packets AWS IoT Core carries. */
async function carry(value: unknown): Promise<void> {
  const read = readCarriageEvent(value);
  if (!read.ok) throw new RefusedEventError(`A frame came that cannot be read: ${read.reason}`);
  const { outcome, reason } = await handleCarriage(read.event, carrier);
  metrics.add(`Carriage.${outcome}`);
  const log = logger.forClient(read.event.clientId);
  if (outcome === 'refused') throw new RefusedEventError(reason ?? outcome);
  if (outcome === 'failed') log.error(`frame: ${outcome}`, new Error(reason));
  else log.debug(`frame: ${outcome}`, { outcome, ...(reason !== undefined && { reason }) });
}

function kindOf(body: unknown): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, 'kind') : undefined;
}

async function handleListenerCheck(body: unknown): Promise<void> {
  const check = parseListenerCheck(body);
  const { address } = check;
  const ended = await checkListener(check, dependencies);
  if (ended === undefined) return;
  metrics.add('Connections.abandoned', ended);
  logger.warn('a listener is gone; what it left open was ended', { address, connections: ended });
}

async function handleWill(body: unknown): Promise<void> {
  const request = parseWillRequest(body);
  const outcome = await fireWill(request, dependencies);
  metrics.add(`Wills.${outcome}`);
  logger.forClient(request.clientId).info(`will: ${outcome}`, { outcome });
}

async function handleMemberEnd(body: unknown): Promise<void> {
  const end = parseMemberEnd(body);
  const messages = await reassignShared(end, dependencies);
  logger
    .forClient(end.clientId)
    .info('what waited for a member of share groups was given to others', { messages });
}

/** What has happened elsewhere to a connection that AWS IoT Core carries. */
async function handleCarried(body: unknown): Promise<void> {
  const read = readCarrierRequest(body);
  if (!read.ok) throw new RefusedEventError(read.reason);
  const outcome = await handleCarrierRequest(read.request, carrier);
  metrics.add(`Carrier.${read.request.kind}`);
  logger.forClient(read.request.clientId).debug(`${read.request.kind}: ${outcome}`, { outcome });
}

async function handleRequest(body: unknown): Promise<void> {
  switch (kindOf(body)) {
    case 'listenerCheck':
      return handleListenerCheck(body);
    case 'will':
      return handleWill(body);
    case 'memberEnded':
      return handleMemberEnd(body);
    default:
      return handleCarried(body);
  }
}

/**
 * Control packets of one connection, in the order in which they came: a listener gets those to be sent as the
 * answer, a device behind AWS IoT Core as direct messages. Signs of life of listeners. From the queue, wills whose
 * time has come, listeners to look after, members of share groups that are gone, and what happened elsewhere to connections that IoT Core carries.
 */
export async function handler(
  event: unknown,
  context: Context,
): Promise<PacketsResponse | HeartbeatAnswer | SQSBatchResponse | undefined> {
  const refused = (value: unknown, handle: () => Promise<void>) =>
    keepRefused('packets', value, telemetry, requests, handle);
  try {
    if (isQueueEvent(event)) {
      return await handleQueueRecords(event, context, logger, (body) =>
        refused(body, () => handleRequest(body)),
      );
    }
    if (isCarriageEvent(event)) {
      await refused(event, () => carry(event));
      return undefined;
    }
    const sign = parseHeartbeat(event);
    if (sign !== undefined) return await heartbeat(sign.heartbeat.address, dependencies);
    const parsed = parsePacketsRequest(event);
    if (parsed.ok) return await exchange(parsed.request);
    throw new Error(`Packets came that cannot be handed over: ${parsed.problems.join('; ')}`);
  } finally {
    metrics.publish();
  }
}
