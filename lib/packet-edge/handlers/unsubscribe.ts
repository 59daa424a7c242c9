import { eachKeyAtOnce } from '#edge/each-at-once';
import { REASON_CODES } from '#packets/reason-codes';
import type { UnsubscribePacket } from '#packets/types';
import { parseSharedFilter } from '#session/topics/topic-filter';
import { MAXIMUM_KEY_TEXT_BYTES } from '#session/utf8';
import type { Exchange } from '../exchange.ts';

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
  const asked = packet.filters.map((filter, index) => ({ filter, index }));
  const reasonCodes: number[] = packet.filters.map(() => REASON_CODES.noSubscriptionExisted);
  const unsubscribeOne = async ({ filter, index }: (typeof asked)[number]) => {
    // None as long can have been subscribed to.
    if (filter === '' || Buffer.byteLength(filter) > MAXIMUM_KEY_TEXT_BYTES) return;
    const { wasSubscribed } = await dependencies.subscriptions.apply({
      clientId,
      filter,
      incarnation,
      sessionIdentifier: connectionId,
      kind: 'unsubscribed',
      atMs,
    });
    if (!wasSubscribed) return;
    reasonCodes[index] = REASON_CODES.success;
    await dependencies.requests.routeCheck({ filter: parseSharedFilter(filter).filter, step: 'mark' }, 0);
  };
  await eachKeyAtOnce(asked, ({ filter }) => filter, unsubscribeOne);
  exchange.reply({ cmd: 'unsuback', packetId: packet.packetId, reasonCodes });
}
