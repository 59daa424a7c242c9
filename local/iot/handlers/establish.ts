import { randomUUID } from 'node:crypto';
import type { IConnectPacket } from 'mqtt-packet';
import type { Broker } from '../broker.ts';
import type { BrokerSession } from '../broker-session.ts';
import type { ClientConnection } from '../client-connection.ts';
import type { ConnectionRecord } from '../connection-record.ts';
import type { Established, Will } from '../established.ts';
import { LIMITS } from '../limits.ts';
import { passedOn } from '../message.ts';
import { Outbound } from '../outbound.ts';
import { TokenBucket } from '../token-bucket.ts';

/** What a connection has from an accepted CONNECT on. */
export function establish(
  broker: Broker,
  connection: ClientConnection,
  packet: IConnectPacket,
  session: BrokerSession,
): Established {
  const { socket, protocolVersion } = connection;
  const clock = () => broker.clock();
  const stamp = risingClock(clock);
  const record: ConnectionRecord = {
    clientId: session.clientId,
    protocolVersion,
    sessionIdentifier: randomUUID(),
    versionNumber: broker.versions.next(session.clientId),
    principalIdentifier: broker.principalOf(session.clientId),
    keepAliveSeconds: Math.min(packet.keepalive || LIMITS.keepAliveSeconds, LIMITS.keepAliveSeconds),
    connectedAtMs: stamp(),
    sourceIp: socket.remoteAddress ?? '',
    sourcePort: socket.remotePort ?? 0,
    targetIp: socket.localAddress ?? '',
    targetPort: socket.localPort ?? 0,
    sessionExpirySeconds: session.expirySeconds,
  };
  const maximumBytes = packet.properties?.maximumPacketSize;
  const receiveMaximum = packet.properties?.receiveMaximum ?? LIMITS.unacknowledgedPerConnection;
  const outbound = new Outbound({
    write: (publish) => connection.send(publish, maximumBytes),
    window: Math.min(receiveMaximum, LIMITS.unacknowledgedPerConnection),
    clock,
  });
  return {
    record,
    session,
    outbound,
    topicAliases: new Map(),
    directMessages: new TokenBucket(LIMITS.directMessagesPerSecond, clock),
    will: willOf(packet),
    stamp,
  };
}

function risingClock(clock: () => number): () => number {
  let last = 0;
  return () => {
    last = Math.max(clock(), last + 1);
    return last;
  };
}

function willOf({ will }: IConnectPacket): Will | undefined {
  if (will === undefined) return undefined;
  const { topic, payload, qos, retain = false, properties } = will;
  const messageExpirySeconds = properties?.messageExpiryInterval;
  return {
    topic,
    payload: Buffer.from(payload),
    qos: qos === 1 ? 1 : 0,
    retain,
    properties: passedOn(properties),
    ...(messageExpirySeconds !== undefined && { messageExpirySeconds }),
  };
}
