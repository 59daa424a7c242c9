import type { IConnackPacket, IConnectPacket } from 'mqtt-packet';
import type { ClientConnection } from '../client-connection.ts';
import type { ConnectionRecord } from '../connection-record.ts';
import { LIMITS } from '../limits.ts';
import { REASON } from '../reason-codes.ts';

/** Accepts a CONNECT; an MQTT 5 client is told what was changed of its wishes. */
export function sendConnack(
  connection: ClientConnection,
  request: IConnectPacket,
  record: ConnectionRecord,
  sessionPresent: boolean,
): void {
  connection.send({
    cmd: 'connack',
    sessionPresent,
    reasonCode: REASON.success,
    returnCode: 0,
    ...(connection.protocolVersion === 5 && { properties: connackProperties(request, record) }),
  });
}

function connackProperties(
  request: IConnectPacket,
  record: ConnectionRecord,
): NonNullable<IConnackPacket['properties']> {
  const { clientId, keepAliveSeconds, sessionExpirySeconds } = record;
  const requestedExpirySeconds = request.properties?.sessionExpiryInterval ?? 0;
  return {
    receiveMaximum: LIMITS.unacknowledgedPerConnection,
    maximumQoS: 1,
    retainAvailable: true,
    maximumPacketSize: LIMITS.packetBytes,
    topicAliasMaximum: LIMITS.topicAliases,
    wildcardSubscriptionAvailable: true,
    subscriptionIdentifiersAvailable: false,
    sharedSubscriptionAvailable: true,
    ...(requestedExpirySeconds !== sessionExpirySeconds && { sessionExpiryInterval: sessionExpirySeconds }),
    ...(request.keepalive !== keepAliveSeconds && { serverKeepAlive: keepAliveSeconds }),
    ...(request.clientId === '' && { assignedClientIdentifier: clientId }),
  };
}
