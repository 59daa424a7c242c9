import type { Broker } from '../broker.ts';
import type { ConnectionRecord } from '../connection-record.ts';
import { REASON } from '../reason-codes.ts';
import { type Answer, done, failed } from './failure.ts';
import { pageOf } from './page.ts';
import { type DataPlaneRequest, flag } from './request.ts';

/** GetConnection: of a client that is connected, was within half an hour, or has a session. */
export function getConnection(broker: Broker, { label: clientId, query }: DataPlaneRequest): Answer {
  const record = broker.records.find(clientId);
  const known =
    record !== undefined && (broker.records.isRecent(record) || broker.sessions.find(clientId) !== undefined);
  if (!known) return failed(404, `No connection of the client ID ${clientId} is known`);
  return done({
    ...describe(record),
    ...(broker.records.isRecent(record) && stateOf(record)),
    ...(flag(query, 'includeSocketInformation') && socketOf(record)),
  });
}

/** ListSubscriptions: also of a client that is away, while the broker holds its session. */
export function listSubscriptions(broker: Broker, request: DataPlaneRequest): Answer {
  const session = broker.sessions.find(request.label);
  if (session === undefined) return failed(404, `The client ID ${request.label} has no active session`);
  const subscriptions = [...session.subscriptions].map(([topicFilter, qos]) => ({ topicFilter, qos }));
  return pageOf(subscriptions, 'subscriptions', request);
}

/** DeleteConnection: ends the connection and, if asked to, the session with its stored messages. */
export function deleteConnection(broker: Broker, { label: clientId, query }: DataPlaneRequest): Answer {
  const connection = broker.connections.get(clientId);
  const session = broker.sessions.find(clientId);
  if (connection === undefined && session === undefined) {
    return failed(404, `The client ID ${clientId} is not connected and has no persistent session`);
  }
  if (connection?.established !== undefined && flag(query, 'preventWillMessage')) {
    connection.established.will = undefined;
  }
  connection?.end('API_INITIATED_DISCONNECT', REASON.administrativeAction);
  if (session !== undefined && flag(query, 'cleanSession')) broker.sessions.remove(session);
  return done();
}

function describe(record: ConnectionRecord): object {
  const { clientId, keepAliveSeconds, protocolVersion, sessionExpirySeconds } = record;
  return {
    clientId,
    connected: record.ended === undefined,
    // Documented as "not persistent": an MQTT 5 clean start with an expiry interval is no clean session.
    cleanSession: sessionExpirySeconds === 0,
    keepAliveDuration: keepAliveSeconds,
    // An MQTT 3.1.1 client has no interval; the account's quota is not told here.
    ...(protocolVersion === 5 && { sessionExpiry: sessionExpirySeconds }),
  };
}

function stateOf({ connectedAtMs, ended }: ConnectionRecord): object {
  return ended === undefined
    ? { connectedSince: connectedAtMs }
    : { disconnectedSince: ended.atMs, disconnectReason: ended.reason };
}

function socketOf({ sourceIp, sourcePort, targetIp, targetPort }: ConnectionRecord): object {
  return { sourceIp, sourcePort, targetIp, targetPort };
}
