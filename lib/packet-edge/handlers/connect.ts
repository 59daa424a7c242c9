import type { ConnectionContext } from '#packets/exchange';
import { generateFor } from '#packets/generate-for';
import type { ConnectPacket } from '#packets/types';
import { NEVER } from '#session/expiry';
import { exists, newestConnection, type Session } from '#session/session';
import { endConnection } from '../end-connection.ts';
import type { Exchange } from '../exchange.ts';
import { keepWill } from '../keep-will.ts';
import { resend } from '../resend.ts';
import { routeAll } from '../route-subscription.ts';
import { carrierFrom, connectSession, packetPolicy } from '../session-changes.ts';
import { dispatchSignals } from '../signals.ts';
import { executeWills } from '../wills.ts';
import { accepted, keepAliveInForce, refuseConnect } from './connack.ts';
import { connectRefusal } from './connect-refusal.ts';

/** [MQTT-3.1.2-6] of 3.1.1: a clean session ends with its connection; the others' lifetime is configured. */
function intervalAsked(
  { protocolVersion, clean, properties }: ConnectPacket,
  mqtt311Interval: number,
): number {
  if (protocolVersion === 5) return Math.min(properties.sessionExpiryInterval ?? 0, NEVER);
  return clean ? 0 : mqtt311Interval;
}

function contextOf(
  packet: ConnectPacket,
  clientId: string,
  session: Session,
  atMs: number,
  carriesBytes = Number.POSITIVE_INFINITY,
): ConnectionContext {
  const { protocolVersion, properties } = packet;
  const maximumPacketSize = Math.min(properties.maximumPacketSize ?? Number.POSITIVE_INFINITY, carriesBytes);
  return {
    clientId,
    incarnation: session.incarnation,
    protocolVersion,
    connectedAtMs: atMs,
    keepAliveSeconds: keepAliveInForce(packet),
    // [MQTT-3.3.4-9]; 3.1.1 has none, so the server's own window holds.
    receiveMaximum: properties.receiveMaximum ?? 65_535,
    ...(Number.isFinite(maximumPacketSize) && { maximumPacketSize }),
    requestProblemInformation: properties.requestProblemInformation ?? true,
    sessionExpiryInterval: session.sessionExpiryInterval,
  };
}

/** The connection that stood until now, if there was one, is told and closed. [MQTT-3.1.4-3] */
async function endTakenOver(prior: Session | undefined, exchange: Exchange, nowMs: number): Promise<void> {
  if (!exists(prior, nowMs) || prior.status !== 'connected' || prior.carrier === undefined) return;
  const { sessionIdentifier } = newestConnection(prior);
  if (sessionIdentifier === exchange.connectionId) return;
  const signal = { kind: 'takenOver', connectionId: sessionIdentifier } as const;
  const { clientId, carrier } = prior;
  await dispatchSignals(
    [{ clientId, carrier: carrierFrom(carrier), signal }],
    exchange.dependencies,
    exchange,
  );
}

/** Begins, resumes or takes over the session, in one write, and tells truthfully which. [MQTT-3.2.2-2] [MQTT-3.2.2-3] */
export async function connect(exchange: Exchange, packet: ConnectPacket, atMs: number): Promise<void> {
  const refusal = connectRefusal(packet, exchange);
  if (refusal !== undefined) {
    refuseConnect(exchange, { protocolVersion: packet.protocolVersion, ...packet.properties }, refusal);
    return;
  }
  const { dependencies, connectionId, request } = exchange;
  const { connection } = request;
  const clientId = packet.clientId || connection.clientId || dependencies.newId();
  const policy = packetPolicy(dependencies.configuration, clientId);
  const interval = intervalAsked(packet, policy.mqtt311SessionExpiryInterval);
  const facts = { clientId, connectionId, atMs, sessionExpiryInterval: interval };
  const will = packet.will === undefined ? undefined : await keepWill(facts, packet.will, dependencies);
  const { session, prior } = await connectSession(
    {
      ...facts,
      carrier: connection.carrier,
      cleanStart: packet.clean,
      keepAliveSeconds: keepAliveInForce(packet),
      ...(connection.remoteAddress !== undefined && { remoteAddress: connection.remoteAddress }),
      ...(connection.principal !== undefined && { principal: connection.principal }),
      ...(will !== undefined && { will }),
    },
    dependencies,
  );
  const context = contextOf(packet, clientId, session, atMs, connection.maximumPacketSize);
  exchange.open(context);
  await endTakenOver(prior, exchange, atMs);
  await executeWills(prior, session, dependencies, exchange);
  const connack = accepted(packet, context, session);
  if (generateFor(connack, context) === undefined) {
    // What it has to be told is too large for it, so it cannot be told that it is connected. [MQTT-3.1.2-24]
    await endConnection(exchange, atMs, 'SERVER_ERROR');
    return;
  }
  exchange.reply(connack);
  if (!session.sessionPresent) return;
  if (prior !== undefined && session.sessionExpiryInterval > prior.sessionExpiryInterval)
    await routeAll(session, context.keepAliveSeconds, dependencies);
  await resend(exchange);
  exchange.want('all');
}
