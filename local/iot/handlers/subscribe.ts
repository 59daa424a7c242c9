import type { ISubscribePacket, ISubscription } from 'mqtt-packet';
import { subscriptionEvent } from '../lifecycle-events.ts';
import { LIMITS } from '../limits.ts';
import type { QoS } from '../message.ts';
import { REASON, SUBACK_FAILURE } from '../reason-codes.ts';
import { filterProblem } from '../topic-match.ts';
import { type PacketContext, refuse } from './context.ts';

export function handleSubscribe(context: PacketContext, packet: ISubscribePacket): void {
  const { broker, connection, established } = context;
  if (!isAcceptable(context, packet)) return;
  const codes = packet.subscriptions.map((subscription) => subscribe(context, subscription));
  const granted = connection.protocolVersion === 5 ? codes : codes.map(asReturnCode);
  connection.send({ cmd: 'suback', granted, ...(packet.messageId && { messageId: packet.messageId }) });
  observeRefused(context, packet, codes);
  const topics = packet.subscriptions
    .map(({ topic }) => topic)
    .filter((_, index) => (codes[index] ?? 0x80) <= 1);
  for (const topic of topics) sendRetained(context, topic);
  if (topics.length === 0) return;
  const { record, stamp } = established;
  broker.observe({ kind: 'subscribed', clientId: record.clientId, topics });
  broker.emit(record.clientId, subscriptionEvent(record, stamp(), 'subscribed', topics));
}

function isAcceptable(context: PacketContext, { subscriptions, properties }: ISubscribePacket): boolean {
  if (properties?.subscriptionIdentifier !== undefined) {
    const why = 'SUBSCRIBE with a subscription identifier';
    refuse(context, {
      reason: 'CLIENT_ERROR',
      reasonCode: REASON.subscriptionIdentifiersNotSupported,
      why,
    });
    return false;
  }
  if (subscriptions.length > LIMITS.filtersPerSubscribe) {
    const why = `SUBSCRIBE with ${subscriptions.length} filters; allowed: ${LIMITS.filtersPerSubscribe}`;
    refuse(context, { reason: 'CLIENT_ERROR', reasonCode: REASON.quotaExceeded, why });
    return false;
  }
  if (subscriptions.some(({ qos }) => qos === 2)) {
    // Documented: no SUBACK for a request of QoS 2, in either version.
    const { clientId } = context.established.record;
    context.broker.observe({ kind: 'refused', clientId, reason: 'SUBSCRIBE with QoS 2' });
    return false;
  }
  return true;
}

/** The granted QoS, or why it was refused. */
function subscribe({ broker, established }: PacketContext, { topic: filter, qos }: ISubscription): number {
  const { session } = established;
  if (filterProblem(filter) !== undefined) return REASON.topicFilterInvalid;
  if (isReserved(filter)) return REASON.notAuthorized;
  const isNew = !session.subscriptions.has(filter);
  if (isNew && session.subscriptions.size >= LIMITS.subscriptionsPerConnection) return REASON.quotaExceeded;
  const granted: QoS = qos === 1 ? 1 : 0;
  broker.subscribe(session, filter, granted);
  return granted;
}

/** Nobody can listen to Basic Ingest; of the `$` topics, AWS uses `$aws`. */
function isReserved(filter: string): boolean {
  if (!filter.startsWith('$') || filter.startsWith('$share/')) return false;
  return !filter.startsWith('$aws/') || filter.startsWith('$aws/rules');
}

function observeRefused(context: PacketContext, packet: ISubscribePacket, codes: readonly number[]): void {
  const { broker, established } = context;
  for (const [index, { topic }] of packet.subscriptions.entries()) {
    const code = codes[index] ?? 0;
    if (code <= 1) continue;
    const reason = `subscription to ${JSON.stringify(topic)}, with reason code 0x${code.toString(16)}`;
    broker.observe({ kind: 'refused', clientId: established.record.clientId, reason });
  }
}

function asReturnCode(reasonCode: number): number {
  return reasonCode <= 1 ? reasonCode : SUBACK_FAILURE;
}

/** Only where the filter is exactly the topic; never to shared subscriptions. */
function sendRetained({ broker, established: { session } }: PacketContext, filter: string): void {
  const message = broker.retained.find(filter);
  if (message === undefined) return;
  session.deliver(message, session.subscriptions.get(filter) === 1 ? message.qos : 0, true);
}
