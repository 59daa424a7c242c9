import type { Connection } from '#session/life/connection';
import { positionAt, positionOf } from '#session/position';
import type { Session } from '#session/session';

const START_MS = 1_795_000_000_000;

/** A connection as a fleet has it. */
export function exampleConnection(number: number, more: Partial<Connection> = {}): Connection {
  const connectedAtMs = START_MS + number * 60_000;
  return {
    sessionIdentifier: `a4666d2a-0000-4000-8000-${String(number).padStart(12, '0')}`,
    versionNumber: number,
    connectedAtMs,
    seenAtMs: connectedAtMs,
    disconnectedAtMs: connectedAtMs + 30_123,
    disconnectReason: 'MQTT_KEEP_ALIVE_TIMEOUT',
    keepAliveSeconds: 1200,
    brokerCleanSession: false,
    brokerSessionExpiry: 3600,
    caughtUpFrom: positionAt(connectedAtMs),
    ...more,
  };
}

/** A session as a fleet has it, after so many connections. */
export function exampleSession(clientId: string, connectionCount = 3, more: Partial<Session> = {}): Session {
  const connections = Array.from({ length: connectionCount }, (_, index) => exampleConnection(index + 1));
  const cursor = positionAt(START_MS + 1_234);
  const incarnation = '17:a4666d2a-0000-4000-8000-000000000001';
  return {
    clientId,
    revision: 1,
    incarnation,
    startedAtMs: START_MS,
    status: 'disconnected',
    connections,
    ipAddress: '192.168.100.17',
    principal: 'f2b0c8a1e4d94f7a8c6b5d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a',
    declarations: [],
    sessionPresent: true,
    sessionExpiryInterval: 86_400,
    endsAtMs: START_MS + 86_400_500,
    cursor,
    owedFrom: cursor,
    stragglersFrom: positionAt(START_MS),
    owesDelivery: false,
    progress: { incarnation, from: cursor, at: positionOf(START_MS + 2_000, 'a message') },
    delivered: 1_234,
    drops: {},
    lastDrops: [],
    ...more,
  };
}
