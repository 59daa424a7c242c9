import type { DropReason } from '#session/delivery/drop-reasons';
import type { Flow, Outbound } from '#session/flow/flow';
import { SEND_WINDOW, unconfirmed, without } from '#session/flow/outbound';
import { messageHasExpired } from '#session/message';
import type { Exchange } from '../exchange.ts';
import { publishBytes, publishPacket } from './publish-packet.ts';

/** False: the message cannot be sent again, which is told to the session, and the identifier is free. */
async function sendAgain(entry: Outbound, exchange: Exchange): Promise<boolean> {
  const { context, dependencies } = exchange;
  const { packetId, qos, retain, subscriptionIdentifiers, log, position, state } = entry;
  const nowMs = dependencies.clock();
  const letGo = (reason: DropReason, topic: string): false => {
    exchange.drop({ counts: { [reason]: 1 }, last: [{ reason, topic, position, atMs: nowMs }] });
    return false;
  };
  if (state === 'pubrel') {
    exchange.reply({ cmd: 'pubrel', packetId, reasonCode: 0 });
    return true;
  }
  if (context === undefined) return false;
  const message = await dependencies.log.get(log, position);
  // It was under way for longer than any session that waits for it could last.
  if (message === undefined) return letGo('expired', '');
  // A QoS 2 handshake that has begun is finished all the same. [MQTT-4.3.3-7]
  if (qos === 1 && messageHasExpired(message, nowMs)) return letGo('expired', message.topic);
  const identifiers = subscriptionIdentifiers === undefined ? {} : { subscriptionIdentifiers };
  const packet = publishPacket(message, { qos, retain, ...identifiers }, nowMs);
  const again = { ...packet, packetId, dup: true };
  // [MQTT-3.1.2-25]
  const bytes = publishBytes(again, context.protocolVersion);
  if (bytes > (context.maximumPacketSize ?? Number.POSITIVE_INFINITY))
    return letGo('tooLarge', message.topic);
  dependencies.reportMessage?.({ what: 'sentAgain' });
  // [MQTT-3.3.1-1]
  exchange.replyMessage(again, bytes);
  return true;
}

/**
 * Sends again what is under way and has not been sent on this connection: PUBLISH with DUP, or PUBREL, with
 * the same identifiers in the original order [MQTT-4.4.0-1] [MQTT-4.6.0-1], no more at once than the client
 * [MQTT-3.3.4-9] and the answer take.
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
    if (underWay >= window || exchange.isFull) {
      if (underWay < window) exchange.lookAgain(0);
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
