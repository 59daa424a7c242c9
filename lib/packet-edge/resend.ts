import type { Flow, Outbound } from '#session/flow/flow';
import { SEND_WINDOW, unconfirmed, without } from '#session/flow/outbound';
import { messageHasExpired } from '#session/message';
import type { Exchange } from './exchange.ts';
import { publishBytes, publishPacket } from './publish-packet.ts';

/** False: the message cannot be sent again, and the identifier is free. */
async function sendAgain(entry: Outbound, exchange: Exchange): Promise<boolean> {
  const { context, dependencies } = exchange;
  const { packetId, qos, retain, subscriptionIdentifiers, log, position, state } = entry;
  if (state === 'pubrel') {
    exchange.reply({ cmd: 'pubrel', packetId, reasonCode: 0 });
    return true;
  }
  const message = await dependencies.log.get(log, position);
  if (message === undefined || context === undefined) return false;
  const nowMs = dependencies.clock();
  // A QoS 2 handshake that has begun is finished all the same. [MQTT-4.3.3-7]
  if (qos === 1 && messageHasExpired(message, nowMs)) return false;
  const identifiers = subscriptionIdentifiers === undefined ? {} : { subscriptionIdentifiers };
  const packet = publishPacket(message, { qos, retain, ...identifiers }, nowMs);
  const again = { ...packet, packetId, dup: true };
  // [MQTT-3.1.2-25]
  if (publishBytes(again, context.protocolVersion) > (context.maximumPacketSize ?? Number.POSITIVE_INFINITY))
    return false;
  // [MQTT-3.3.1-1]
  exchange.reply(again);
  return true;
}

/**
 * Sends again what is under way and has not been sent on this connection: PUBLISH with DUP, or PUBREL, with
 * the same identifiers in the original order [MQTT-4.4.0-1] [MQTT-4.6.0-1], no more at once than the client
 * takes. [MQTT-3.3.4-9]
 */
export async function resend(exchange: Exchange): Promise<void> {
  const { context } = exchange;
  if (context === undefined) return;
  const started = await exchange.flow();
  if (started.resendFrom === undefined) return;
  const { resendFrom, ...rest } = started;
  let flow: Flow = rest;
  const first = started.outbound.findIndex(({ packetId }) => packetId === resendFrom);
  const window = Math.min(context.receiveMaximum, SEND_WINDOW);
  if (first >= window) return;
  let underWay = first;
  for (const entry of started.outbound.slice(first)) {
    if (underWay >= window) {
      flow = { ...flow, resendFrom: entry.packetId };
      break;
    }
    if (await sendAgain(entry, exchange)) {
      flow = unconfirmed(flow, entry.packetId);
      underWay += 1;
    } else flow = without(flow, entry.packetId);
  }
  exchange.setFlow(flow);
}
