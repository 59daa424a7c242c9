import type { IUnsubscribePacket } from 'mqtt-packet';
import { subscriptionEvent } from '../lifecycle-events.ts';
import { REASON } from '../reason-codes.ts';
import type { PacketContext } from './context.ts';

export function handleUnsubscribe(context: PacketContext, packet: IUnsubscribePacket): void {
  const { broker, connection, established } = context;
  const { record, session, stamp } = established;
  const topics = packet.unsubscriptions;
  const granted = topics.map((filter) =>
    broker.unsubscribe(session, filter) ? REASON.success : REASON.noSubscriptionExisted,
  );
  connection.send({ cmd: 'unsuback', granted, ...(packet.messageId && { messageId: packet.messageId }) });
  // With all filters that were named: the event has no place to say which of them existed.
  broker.observe({ kind: 'unsubscribed', clientId: record.clientId, topics });
  broker.emit(record.clientId, subscriptionEvent(record, stamp(), 'unsubscribed', topics));
}
