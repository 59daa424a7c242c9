import type { Broker } from './broker.ts';
import type { ClientConnection } from './client-connection.ts';
import type { Established } from './established.ts';
import { disconnectedEvent } from './lifecycle-events.ts';
import { expiresAtMs } from './message.ts';
import type { DisconnectReason } from './options.ts';

/** What the broker does once a connection has ended: session, event, will. */
export function connectionEnded(
  broker: Broker,
  connection: ClientConnection,
  reason: DisconnectReason,
): void {
  const { established } = connection;
  if (established === undefined) return;
  const { record, session } = established;
  const nowMs = broker.clock();
  if (broker.connections.get(record.clientId) === connection) broker.connections.delete(record.clientId);
  record.ended = { atMs: nowMs, reason };
  broker.versions.disconnected(record.clientId, record.versionNumber, session.expirySeconds);
  session.detach();
  if (!session.persistent) broker.sessions.remove(session);
  if (broker.stopped) return;
  const { clientId, versionNumber } = record;
  broker.observe({ kind: 'disconnected', clientId, reason, versionNumber });
  broker.emit(clientId, disconnectedEvent(record, nowMs, reason));
  publishWill(broker, established);
}

/** At once: Will Delay Interval is not among the properties that IoT Core supports. */
function publishWill(broker: Broker, { will, record, stamp }: Established): void {
  if (will === undefined) return;
  const { messageExpirySeconds, ...message } = will;
  void broker.publish({
    ...message,
    receivedAtMs: stamp(),
    ...(messageExpirySeconds !== undefined && {
      expiresAtMs: expiresAtMs(broker.clock(), messageExpirySeconds),
    }),
    publisher: { clientId: record.clientId, principal: record.principalIdentifier },
  });
}
