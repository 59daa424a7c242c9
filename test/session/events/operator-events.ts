import { PROVISIONED_FIRST } from '#session/life/connection';
import type { SessionEvent } from '#session/life/transition';
import { positionAt } from '#session/position';

function connectionOf(event: SessionEvent) {
  if (event.kind !== 'connection') throw new Error('A connection event is needed');
  const { sessionIdentifier, versionNumber, seenAtMs } = event.connection;
  return { sessionIdentifier, seenAtMs, ...(versionNumber === undefined ? {} : { versionNumber }) };
}

/** An operator ends the session while this is its newest connection. */
export function endedByOperator(connect: SessionEvent, atMs: number): SessionEvent {
  return { kind: 'connection', connection: { ...connectionOf(connect), endedByOperatorAtMs: atMs } };
}

/** An operator gives up what waits while this is the newest connection. */
export function givenUp(connect: SessionEvent, atMs: number): SessionEvent {
  return { kind: 'connection', connection: { ...connectionOf(connect), givenUpBefore: positionAt(atMs) } };
}

/** An operator subscribes the session while this is its newest connection. */
export function subscribedByOperator(connect: SessionEvent): SessionEvent {
  return { kind: 'connection', connection: { ...connectionOf(connect), isSubscribedByOperator: true } };
}

/** An operator sets the interval of this connection and the absence after it. */
export function intervalByOperator(
  connect: SessionEvent,
  atMs: number,
  sessionExpiryInterval: number,
): SessionEvent {
  const { sessionIdentifier } = connectionOf(connect);
  return {
    kind: 'declaration',
    declaration: { atMs, sessionIdentifier, sessionExpiryInterval, byOperator: true },
  };
}

/** An operator makes a session of a client that is not connected. */
export function provisioned(
  atMs: number,
  sessionExpiryInterval: number,
  versionNumber = PROVISIONED_FIRST,
): SessionEvent {
  return {
    kind: 'connection',
    connection: {
      sessionIdentifier: `provisioned-${atMs}`,
      versionNumber,
      connectedAtMs: atMs,
      seenAtMs: atMs,
      disconnectedAtMs: atMs,
      isProvisioned: true,
    },
    declaration: { atMs, sessionExpiryInterval, byOperator: true },
  };
}
