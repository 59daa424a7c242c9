import { REASON_CODES } from '#packets/reason-codes';
import type { UnsubscribePacket } from '#packets/types';
import { parseSharedFilter } from '#session/topic-filter';
import type { Exchange } from '../exchange.ts';
import { MAXIMUM_TOPIC_BYTES } from '../limits.ts';

/**
 * Filters are compared character by character [MQTT-3.10.4-1]. Nothing new is sent for them [MQTT-3.10.4-2];
 * what is under way is finished, since it lies in the flow. [MQTT-3.10.4-3]
 */
export async function unsubscribe(
  exchange: Exchange,
  packet: UnsubscribePacket,
  atMs: number,
): Promise<void> {
  const { context, connectionId, dependencies } = exchange;
  if (context === undefined) return;
  const { clientId, incarnation } = context;
  const reasonCodes: number[] = [];
  for (const filter of packet.filters) {
    // None as long can have been subscribed to.
    if (filter === '' || Buffer.byteLength(filter) > MAXIMUM_TOPIC_BYTES) {
      reasonCodes.push(REASON_CODES.noSubscriptionExisted);
      continue;
    }
    const { wasSubscribed } = await dependencies.subscriptions.apply({
      clientId,
      filter,
      incarnation,
      sessionIdentifier: connectionId,
      kind: 'unsubscribed',
      atMs,
    });
    reasonCodes.push(wasSubscribed ? REASON_CODES.success : REASON_CODES.noSubscriptionExisted);
    if (!wasSubscribed) continue;
    await dependencies.requests.routeCheck({ filter: parseSharedFilter(filter).filter, step: 'mark' }, 0);
  }
  exchange.reply({ cmd: 'unsuback', packetId: packet.packetId, reasonCodes });
}
