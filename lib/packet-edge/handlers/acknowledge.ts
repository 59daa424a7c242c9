import { REASON_CODES } from '#packets/reason-codes';
import type { AcknowledgementPacket } from '#packets/types';
import { release } from '#session/flow/inbound';
import { acknowledge as acknowledgeIn } from '#session/flow/outbound';
import type { Exchange } from '../exchange.ts';
import { hasRoom } from '../sending/look.ts';
import { resend } from '../sending/resend.ts';

/** The client has got, or refused, a message: the handshake goes on or ends. */
export async function acknowledge(
  exchange: Exchange,
  packet:
    | AcknowledgementPacket<'puback'>
    | AcknowledgementPacket<'pubrec'>
    | AcknowledgementPacket<'pubcomp'>,
): Promise<void> {
  const { flow, reply } = acknowledgeIn(await exchange.flow(), packet);
  exchange.setFlow(flow);
  if (reply !== undefined) exchange.reply(reply);
  if (flow.resendFrom !== undefined) await resend(exchange);
  const { context } = exchange;
  const after = await exchange.flow();
  if (context !== undefined && after.behind === true && hasRoom(after, context.receiveMaximum))
    exchange.want('all');
}

/** The client releases its QoS 2 message: the packet identifier is free. [MQTT-4.3.3-11] */
export async function releaseInbound(
  exchange: Exchange,
  { packetId }: AcknowledgementPacket<'pubrel'>,
  receivedAtMs: number,
): Promise<void> {
  const { outcome, flow } = release(await exchange.flow(), { packetId, receivedAtMs });
  exchange.setFlow(flow);
  // No error for a client that has resumed its session: it has not got the PUBCOMP that there was (MQTT 5, 3.7.2.1).
  // Libraries report any other reason as a failure of the message.
  const isUnexpected = outcome === 'unknown' && exchange.context?.sessionPresent !== true;
  const reasonCode = isUnexpected ? REASON_CODES.packetIdentifierNotFound : REASON_CODES.success;
  exchange.reply({ cmd: 'pubcomp', packetId, reasonCode });
}
