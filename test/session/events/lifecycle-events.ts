import fc from 'fast-check';
import { FOLLOW_BROKER, type SessionPolicy } from '#session/configuration/policy';
import { DEFAULT_SETTINGS } from '#session/configuration/settings';
import type { Connection } from '#session/life/connection';
import { type SessionEvent, transition } from '#session/life/transition';
import type { Session } from '#session/session';

export const T0 = 1_700_000_000_000;

export function policyWith(changes: Partial<SessionPolicy>): SessionPolicy {
  return { ...FOLLOW_BROKER, clients: '*', ...changes };
}

export function rulesWith(changes: Partial<SessionPolicy>) {
  return { policy: policyWith(changes), settings: DEFAULT_SETTINGS };
}

export function connected(version: number, atMs: number, more: Partial<Connection> = {}): SessionEvent {
  const connection = {
    sessionIdentifier: `s${version}-${atMs}`,
    versionNumber: version,
    connectedAtMs: atMs,
    seenAtMs: atMs,
  };
  return { kind: 'connection', connection: { ...connection, ...more } };
}

export function disconnected(
  connect: SessionEvent,
  atMs: number,
  disconnectReason = 'CONNECTION_LOST',
): SessionEvent {
  if (connect.kind !== 'connection') throw new Error('A connection event is needed');
  const { sessionIdentifier, versionNumber } = connect.connection;
  return {
    kind: 'connection',
    connection: {
      sessionIdentifier,
      ...(versionNumber === undefined ? {} : { versionNumber }),
      seenAtMs: atMs,
      disconnectedAtMs: atMs,
      disconnectReason,
    },
  };
}

/** A SUBSCRIBE on a connection, as far as the session is concerned. */
export function seen(connect: SessionEvent, atMs: number): SessionEvent {
  if (connect.kind !== 'connection') throw new Error('A connection event is needed');
  return {
    kind: 'connection',
    connection: { sessionIdentifier: connect.connection.sessionIdentifier, seenAtMs: atMs },
  };
}

export function declared(
  atMs: number,
  more: { cleanStart?: boolean; sessionExpiryInterval?: number },
): SessionEvent {
  return { kind: 'declaration', declaration: { atMs, ...more } };
}

/** The session after some events that leave one. */
export function sessionAfter(
  events: readonly SessionEvent[],
  changes: Partial<SessionPolicy> = {},
  start?: Session,
): Session {
  const session = live(events, rulesWith(changes), start);
  if (session === undefined) throw new Error('No session');
  return session;
}

/** The session after some events. A declaration without a session is tried again later, as in the service. */
export function live(
  events: readonly SessionEvent[],
  rules: ReturnType<typeof rulesWith>,
  start?: Session,
): Session | undefined {
  let session = start;
  const waiting: SessionEvent[] = [];
  for (const event of events) {
    const result = transition('client', session, event, rules, T0);
    if (result.outcome === 'noSession') waiting.push(event);
    session = result.session ?? session;
  }
  for (const event of waiting) session = transition('client', session, event, rules, T0).session ?? session;
  return session;
}

const reasons = ['CONNECTION_LOST', 'CLIENT_INITIATED_DISCONNECT', 'MQTT_KEEP_ALIVE_TIMEOUT'] as const;

/** A random life of a client: connections that follow or take over one another, in true order. */
export const lifeOfClient = (
  connections: { minLength: number; maxLength: number },
  counts: 'anew after absence' | 'for ever' = 'anew after absence',
): fc.Arbitrary<SessionEvent[]> =>
  fc
    .array(
      fc.record({
        gapMs: fc.oneof(fc.integer({ min: 10, max: 20_000 }), fc.integer({ min: 10, max: 2 * 3_600_000 })),
        staysMs: fc.oneof(fc.integer({ min: 10, max: 5_000 }), fc.integer({ min: 10, max: 600_000 })),
        ends: fc.constantFrom('event', 'takeover', 'never'),
        reason: fc.constantFrom(...reasons),
        versionStep: fc.integer({ min: 1, max: 3 }),
        subscribes: fc.boolean(),
        declaration: fc.option(
          fc.record(
            { cleanStart: fc.boolean(), sessionExpiryInterval: fc.constantFrom(0, 5, 600, 100_000) },
            { requiredKeys: [] },
          ),
        ),
        goodbye: fc.option(fc.constantFrom(0, 3600)),
        clean: fc.boolean(),
        expiry: fc.constantFrom(0, 5, 60, 7200),
      }),
      connections,
    )
    .map((all) => {
      const events: SessionEvent[] = [];
      let atMs = T0;
      let version = 0;
      for (const [index, each] of all.entries()) {
        const startMs = atMs;
        const connect = connected(version, startMs, {
          brokerCleanSession: each.clean,
          brokerSessionExpiry: each.clean ? 0 : each.expiry,
          keepAliveSeconds: 60,
        });
        events.push(connect);
        if (each.subscribes) events.push(seen(connect, startMs + 3));
        if (each.declaration) events.push(declared(startMs + 5, each.declaration));
        const endMs = startMs + each.staysMs;
        if (each.goodbye !== null) events.push(declared(endMs - 1, { sessionExpiryInterval: each.goodbye }));
        const isLast = index === all.length - 1;
        if (each.ends === 'event') {
          events.push(disconnected(connect, endMs, each.reason));
          atMs = endMs + each.gapMs;
        } else {
          atMs = endMs;
          if (!isLast) events.push(disconnected(connect, endMs + 2, 'DUPLICATE_CLIENTID'));
          else if (each.ends === 'takeover') events.push(disconnected(connect, endMs, each.reason));
        }
        // The broker starts to count from 0 again after the interval of its own session, or after about an hour.
        const resetMs = each.clean || each.expiry === 0 ? 3_600_000 : each.expiry * 1000;
        const isReset = counts !== 'for ever' && each.ends === 'event' && each.gapMs >= resetMs;
        version = isReset ? 0 : version + each.versionStep;
      }
      return events;
    });
