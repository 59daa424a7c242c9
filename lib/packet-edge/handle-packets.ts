import type { PacketsRequest, PacketsResponse } from '#packets/carrying/exchange';
import { type Parsed, parsePacket } from '#packets/parsing/parse';
import { REASON_CODES } from '#packets/reason-codes';
import { endConnection } from './connections/end-connection.ts';
import type { PacketEdgeDependencies } from './dependencies.ts';
import { FlowContendedError, TakenOverError } from './errors.ts';
import { Exchange } from './exchange.ts';
import { refuseConnect } from './handlers/connack.ts';
import { handlePacket } from './handlers/index.ts';
import { recordDrops } from './record-drops.ts';
import { refusePacket } from './refuse-packet.ts';
import { look } from './sending/look.ts';

/** Lost races before the request is handed back to its carrier, which tries again later. */
const ATTEMPTS = 20;

/** A packet that cannot be read: a CONNECT is answered with CONNACK, anything else ends the connection. */
async function refuseUnreadable(
  exchange: Exchange,
  failure: Extract<Parsed, { ok: false }>,
  atMs: number,
): Promise<void> {
  if (exchange.context !== undefined) {
    await refusePacket(exchange, failure, atMs);
    return;
  }
  exchange.close();
  // Nobody knows in what form to answer.
  const { protocolVersion } = failure;
  if (protocolVersion !== undefined) refuseConnect(exchange, { protocolVersion }, failure);
}

async function handleAll(exchange: Exchange): Promise<void> {
  const { packets, closed, look: asked } = exchange.request;
  for (const { data, receivedAtMs } of packets) {
    if (exchange.isClosed) return;
    const parsed = parsePacket(Buffer.from(data, 'base64'), exchange.context?.protocolVersion);
    if (parsed.ok) await handlePacket(exchange, parsed.packet, receivedAtMs);
    else await refuseUnreadable(exchange, parsed, receivedAtMs);
  }
  if (exchange.isClosed) return;
  if (closed !== undefined) {
    await endConnection(exchange, closed.atMs, closed.reason);
    return;
  }
  if (asked !== undefined) exchange.want(asked.filters ?? 'all');
  await look(exchange);
}

/** [MQTT-3.1.4-3] No DISCONNECT before CONNACK. [MQTT-3.14.0-1] */
function tellTakenOver(exchange: Exchange): PacketsResponse {
  const answer = new Exchange(exchange.request, exchange.dependencies);
  if (answer.context?.protocolVersion === 5)
    answer.reply({ cmd: 'disconnect', reasonCode: REASON_CODES.sessionTakenOver });
  answer.close();
  return answer.response();
}

/**
 * Takes the packets of one connection in their order, moves the client's session, and says what is to be sent.
 * Handled again with the same receive times, it does nothing twice: a request that was lost on the way, or
 * whose write another instance overtook, is decided anew.
 *
 * @throws FlowContendedError when others changed the client's flow each time; try again
 */
export async function handlePackets(
  request: PacketsRequest,
  dependencies: PacketEdgeDependencies,
): Promise<PacketsResponse> {
  for (let attempt = 1; ; attempt += 1) {
    const exchange = new Exchange(request, dependencies);
    try {
      await handleAll(exchange);
      await exchange.save();
      await recordDrops(exchange);
      return exchange.response();
    } catch (error) {
      if (error instanceof TakenOverError) return tellTakenOver(exchange);
      if (!(error instanceof FlowContendedError) || attempt >= ATTEMPTS) throw error;
    }
  }
}
