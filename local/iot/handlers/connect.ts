import { randomUUID } from 'node:crypto';
import type { IConnectPacket } from 'mqtt-packet';
import type { Broker } from '../broker.ts';
import { BrokerSession } from '../broker-session.ts';
import type { ClientConnection } from '../client-connection.ts';
import type { Established } from '../established.ts';
import { connectedEvent, connectFailedEvent } from '../lifecycle-events.ts';
import { REASON, RETURN_CODE } from '../reason-codes.ts';
import { sendConnack } from './connack.ts';
import { type ConnectRefusal, connectRefusal } from './connect-checks.ts';
import { establish } from './establish.ts';

/** Check, authorize, take over, find the session, answer. */
export function handleConnect(broker: Broker, connection: ClientConnection, packet: IConnectPacket): void {
  connection.protocolVersion = packet.protocolVersion === 5 ? 5 : 4;
  const refusal = connectRefusal(packet) ?? authorizationRefusal(broker, connection, packet);
  if (refusal !== undefined) {
    refuseConnect(broker, connection, packet.clientId, refusal);
    return;
  }
  const clientId = packet.clientId === '' ? randomUUID() : packet.clientId;
  // [MQTT-3.1.4-3]
  broker.connections.get(clientId)?.end('DUPLICATE_CLIENTID', REASON.sessionTakenOver);
  const { session, sessionPresent } = takeSession(broker, connection, clientId, packet.clean === true);
  session.expirySeconds = Math.min(
    requestedExpirySeconds(broker, packet),
    broker.options.persistentSessionExpirySeconds,
  );
  const established = establish(broker, connection, packet, session);
  connection.established = established;
  broker.connections.set(clientId, connection);
  broker.records.add(established.record);
  connection.startKeepAlive(established.record.keepAliveSeconds);
  sendConnack(connection, packet, established.record, sessionPresent);
  announce(broker, established, sessionPresent);
  session.attach(established.outbound);
  broker.shared.resume(session);
}

function authorizationRefusal(
  broker: Broker,
  connection: ClientConnection,
  packet: IConnectPacket,
): ConnectRefusal | undefined {
  const { clientId, username, will } = packet;
  const allowed =
    broker.options.authorize?.({
      clientId,
      ...(username !== undefined && { username }),
      persistent: requestedExpirySeconds(broker, packet) > 0,
      ...(will !== undefined && { willTopic: will.topic }),
    }) ?? true;
  if (allowed) return undefined;
  broker.emit(
    clientId,
    connectFailedEvent({
      clientId,
      timestamp: broker.clock(),
      principalIdentifier: broker.principalOf(clientId),
      ipAddress: connection.socket.remoteAddress ?? '',
    }),
  );
  return { why: 'not authorized', reasonCode: REASON.notAuthorized, returnCode: RETURN_CODE.notAuthorized };
}

function refuseConnect(
  broker: Broker,
  connection: ClientConnection,
  clientId: string,
  { why, reasonCode, returnCode }: ConnectRefusal,
): void {
  broker.observe({ kind: 'refused', clientId, reason: why });
  const code = connection.protocolVersion === 5 ? reasonCode : returnCode;
  if (code !== undefined) {
    connection.send({ cmd: 'connack', sessionPresent: false, reasonCode: code, returnCode: code });
  }
  connection.end('CLIENT_ERROR');
}

/** A session of the other protocol version cannot be resumed, and gives way. */
function takeSession(
  broker: Broker,
  { protocolVersion }: ClientConnection,
  clientId: string,
  clean: boolean,
): { session: BrokerSession; sessionPresent: boolean } {
  const existing = broker.sessions.find(clientId);
  if (existing !== undefined && !clean && existing.protocolVersion === protocolVersion) {
    return { session: existing, sessionPresent: true };
  }
  if (existing !== undefined) broker.sessions.remove(existing);
  const { storedMessagesPerSecond } = broker.options;
  const session = new BrokerSession({
    clientId,
    protocolVersion,
    storedMessagesPerSecond,
    clock: () => broker.clock(),
  });
  broker.sessions.add(session);
  return { session, sessionPresent: false };
}

/** MQTT 3.1.1 has no interval of its own, so that its sessions live as long as the account's quota says. */
function requestedExpirySeconds(
  broker: Broker,
  { protocolVersion, clean, properties }: IConnectPacket,
): number {
  if (protocolVersion === 5) return properties?.sessionExpiryInterval ?? 0;
  return clean === true ? 0 : broker.options.persistentSessionExpirySeconds;
}

function announce(broker: Broker, { record, session }: Established, sessionPresent: boolean): void {
  const { clientId, protocolVersion, versionNumber } = record;
  broker.observe({
    kind: 'connected',
    clientId,
    protocolVersion,
    cleanSession: !session.persistent,
    sessionPresent,
    versionNumber,
  });
  broker.emit(clientId, connectedEvent(record));
}
