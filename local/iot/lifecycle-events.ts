import { randomUUID } from 'node:crypto';
import type { ConnectionRecord } from './connection-record.ts';
import type { DisconnectReason } from './options.ts';

export interface LifecycleEvent {
  topic: string;
  payload: Readonly<Record<string, unknown>>;
}

/** Client identifiers with a wildcard get no lifecycle events at all. */
export function hasLifecycleEvents(clientId: string): boolean {
  return !/[+#]/.test(clientId);
}

export function connectedEvent(record: ConnectionRecord): LifecycleEvent {
  return {
    topic: `$aws/events/presence/connected/${record.clientId}`,
    payload: {
      ...identity(record, record.connectedAtMs, 'connected'),
      ipAddress: record.sourceIp,
      versionNumber: record.versionNumber,
    },
  };
}

export function disconnectedEvent(
  record: ConnectionRecord,
  timestamp: number,
  reason: DisconnectReason,
): LifecycleEvent {
  return {
    topic: `$aws/events/presence/disconnected/${record.clientId}`,
    payload: {
      ...identity(record, timestamp, 'disconnected'),
      clientInitiatedDisconnect: reason === 'CLIENT_INITIATED_DISCONNECT',
      disconnectReason: reason,
      versionNumber: record.versionNumber,
    },
  };
}

export function subscriptionEvent(
  record: ConnectionRecord,
  timestamp: number,
  eventType: 'subscribed' | 'unsubscribed',
  topics: readonly string[],
): LifecycleEvent {
  return {
    topic: `$aws/events/subscriptions/${eventType}/${record.clientId}`,
    payload: { ...identity(record, timestamp, eventType), topics },
  };
}

export function connectFailedEvent(refused: {
  clientId: string;
  timestamp: number;
  principalIdentifier: string;
  ipAddress: string;
}): LifecycleEvent {
  const { clientId, timestamp, principalIdentifier, ipAddress } = refused;
  return {
    topic: `$aws/events/presence/connect_failed/${clientId}`,
    payload: {
      clientId,
      timestamp,
      eventType: 'connect_failed',
      connectFailureReason: 'AUTHORIZATION_FAILED',
      principalIdentifier,
      sessionIdentifier: randomUUID(),
      ipAddress,
    },
  };
}

function identity(record: ConnectionRecord, timestamp: number, eventType: string): Record<string, unknown> {
  return {
    clientId: record.clientId,
    timestamp,
    eventType,
    sessionIdentifier: record.sessionIdentifier,
    principalIdentifier: record.principalIdentifier,
  };
}
