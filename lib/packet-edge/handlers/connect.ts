import type { ConnectionContext } from '#packets/carrying/exchange';
import { generateFor } from '#packets/generating/generate-for';
import type { ConnectPacket } from '#packets/types';
import { NEVER } from '#session/expiry';
import { newestConnection, type Session } from '#session/session';
import { endConnection } from '../connections/end-connection.ts';
import {
  type Connected,
  type ConnectFacts,
  connectSession,
  packetPolicy,
} from '../connections/session-changes.ts';
import { endTakenOver } from '../connections/take-over.ts';
import { TakenOverError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { routeAll } from '../route-subscription.ts';
import { resend } from '../sending/resend.ts';
import { keepWill } from '../wills/keep-will.ts';
import { executeWills } from '../wills/wills.ts';
import { accepted, keepAliveInForce, refuseConnect } from './connack.ts';
import { connectRefusal } from './connect-refusal.ts';

/** Used by nobody else, and the same when the CONNECT is handled again. [MQTT-3.2.2-16] */
function assignedClientId(connectionId: string): string {
  return `assigned-${connectionId}`;
}

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
    ...(session.sessionPresent && { sessionPresent: true as const }),
    ...(session.stragglersFrom !== undefined && { owedFrom: session.stragglersFrom }),
  };
}

/** Begins, resumes or takes over the session, in one write, and tells truthfully which. [MQTT-3.2.2-2] [MQTT-3.2.2-3] */
export async function connect(exchange: Exchange, packet: ConnectPacket, atMs: number): Promise<void> {
  const refusal = connectRefusal(packet, exchange);
  if (refusal !== undefined) {
    refuseConnect(exchange, { protocolVersion: packet.protocolVersion, ...packet.properties }, refusal);
    return;
  }
  const { dependencies, connectionId, request } = exchange;
  const facts = connectFacts(exchange, packet, atMs);
  const will = packet.will === undefined ? undefined : await keepWill(facts, packet.will, dependencies);
  const connected = await connectSession({ ...facts, ...(will !== undefined && { will }) }, dependencies);
  const { session, prior } = connected;
  if (newestConnection(session).sessionIdentifier !== connectionId)
    throw new TakenOverError(`${connectionId} was taken over before it was told that it stands`);
  const context = contextOf(packet, facts.clientId, session, atMs, request.connection.maximumPacketSize);
  exchange.open(context);
  await endTakenOver(connected, exchange, atMs);
  await executeWills(prior, session, dependencies, exchange);
  const connack = accepted(packet, context, session);
  if (generateFor(connack, context) === undefined) {
    // What it has to be told is too large for it, so it cannot be told that it is connected. [MQTT-3.1.2-24]
    await endConnection(exchange, atMs, 'SERVER_ERROR');
    return;
  }
  exchange.reply(connack);
  if (session.sessionPresent) await resumeSession(exchange, connected, context);
}

function connectFacts(
  { request, connectionId, dependencies }: Exchange,
  packet: ConnectPacket,
  atMs: number,
): ConnectFacts {
  const { carrier, remoteAddress, principal, clientId: toldClientId } = request.connection;
  const clientId = packet.clientId || toldClientId || assignedClientId(connectionId);
  const policy = packetPolicy(dependencies.configuration, clientId);
  return {
    clientId,
    connectionId,
    atMs,
    sessionExpiryInterval: intervalAsked(packet, policy.mqtt311SessionExpiryInterval),
    carrier,
    cleanStart: packet.clean,
    keepAliveSeconds: keepAliveInForce(packet),
    ...(remoteAddress !== undefined && { remoteAddress }),
    ...(principal !== undefined && { principal }),
  };
}

/** The client gets what is under way and what waits; who publishes finds its subscriptions for as long as it lasts. */
async function resumeSession(
  exchange: Exchange,
  { session, prior, isAgain }: Connected,
  { keepAliveSeconds }: ConnectionContext,
): Promise<void> {
  const lastsLonger = prior !== undefined && session.sessionExpiryInterval > prior.sessionExpiryInterval;
  // What an operator has subscribed it to may be known to the lifecycle edge alone.
  const wasProvisioned = session.connections.at(-2)?.isProvisioned === true;
  if (isAgain || lastsLonger || wasProvisioned)
    await routeAll(session, keepAliveSeconds, exchange.dependencies);
  await resend(exchange);
  exchange.want('all');
}
