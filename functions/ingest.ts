import { SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse } from 'aws-lambda';
import { furtherLook } from '#edge/messages/further-look';
import { ingest } from '#edge/messages/ingest';
import { parsePublishedMessage } from '#edge/messages/published-message';
import { Requests } from '#edge/requests';
import { environmentVariable } from '#lambda/environment';
import { handleQueueRecords, isQueueEvent } from '#lambda/queue-records';
import { keepRefused } from '#lambda/refusal';
import { announceOnline } from '#packet-edge/signals/announce-online';
import { createSignalSender } from '#packet-edge/signals/signal-queue';
import { parseSessionConfiguration } from '#session/configuration/session-configuration';
import { hasEntered } from '#session/delivery/entered';
import { createDocumentClient } from '#store/client';
import { createMessageLog } from '#store/messages/message-log';
import { tableNamesFrom } from '#store/names';
import { createRouter } from '#store/routes/router';
import { createRouteStore } from '#store/routes/routes';
import { createSessionStore } from '#store/sessions/sessions';
import { createShareAssignments } from '#store/share-groups/share-assignments';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import { createTelemetry } from '#telemetry/telemetry';

const telemetry = createTelemetry();
const { logger, metrics } = telemetry;
const tables = tableNamesFrom(process.env, ['routes', 'messages', 'sessions', 'subscriptions']);
const { settings } = parseSessionConfiguration(environmentVariable('SESSION_CONFIGURATION'));
const client = createDocumentClient();
const queues = new SQSClient({});
const clock = Date.now;
const requests = new Requests(queues, {
  unrouted: environmentVariable('UNROUTED_QUEUE_URL'),
  packetRequests: environmentVariable('PACKET_REQUESTS_QUEUE_URL'),
  deadLetters: environmentVariable('DEAD_LETTERS_QUEUE_URL'),
});
const dependencies = {
  router: createRouter(createRouteStore(client, tables.routes, { clock }), { clock }),
  log: createMessageLog(client, tables.messages, { settleSeconds: settings.settleSeconds, clock }),
  sessions: createSessionStore(client, tables.sessions),
  subscriptions: createSubscriptionStore(client, tables.subscriptions, { clock }),
  assignments: createShareAssignments(client, tables.messages, { clock }),
  signalSender: createSignalSender(queues),
  requests,
  clock,
};

async function handleMessage(event: unknown): Promise<void> {
  const message = parsePublishedMessage(event);
  if (hasEntered(message)) {
    logger.debug('came from the packet edge and is logged already', { messageId: message.messageId });
    return;
  }
  const { routes } = await ingest(message, dependencies);
  await announceOnline({ message, routes }, dependencies);
  const filters = routes.length;
  metrics.add('Messages.appended', filters);
  const log = message.publisher === undefined ? logger : logger.forClient(message.publisher);
  const details = { messageId: message.messageId, bytes: message.payload.byteLength, filters };
  if (filters > 0) {
    log.info('message logged', details);
    return;
  }
  const further = furtherLook(event);
  if (further !== undefined) {
    // A subscription's own event may still be on its way.
    await requests.furtherLook(further);
    log.debug('no durable filter matches yet', details);
  } else {
    metrics.add('Messages.unrouted');
    log.debug('no durable filter matches', details);
  }
}

/** Messages of the durable topics, one an invocation; those that matched nothing, again from their queue. */
export async function handler(event: unknown, context: Context): Promise<SQSBatchResponse | undefined> {
  const refused = (value: unknown) =>
    keepRefused('ingest', value, telemetry, requests, () => handleMessage(value));
  try {
    if (isQueueEvent(event)) {
      return await handleQueueRecords(event, context, logger, (body) => refused(body));
    }
    await refused(event);
    return undefined;
  } finally {
    metrics.publish();
  }
}
