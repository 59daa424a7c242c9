import type { Broker } from '../broker.ts';
import type { ClientConnection } from '../client-connection.ts';
import type { Established } from '../established.ts';
import type { DisconnectReason } from '../options.ts';

/** What the handlers of packets after CONNECT work on. */
export interface PacketContext {
  readonly broker: Broker;
  readonly connection: ClientConnection;
  readonly established: Established;
}

/** Ends a connection for what its client has sent. */
export function refuse(
  { broker, connection, established }: PacketContext,
  refusal: { reason: DisconnectReason; reasonCode: number; why: string },
): void {
  broker.observe({ kind: 'refused', clientId: established.record.clientId, reason: refusal.why });
  connection.end(refusal.reason, refusal.reasonCode);
}
