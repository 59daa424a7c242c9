import { type Connection, PROVISIONED_FIRST, startOf } from '#session/connection';
import type { SessionPolicy } from '#session/policy';
import { newestConnection, type Session } from '#session/session';
import { type SessionEvent, transition } from '#session/transition';
import type { OperatorDependencies } from './dependencies.ts';
import type { SessionEdge } from './edge-of.ts';
import { followUp } from './follow-up.ts';
import { subscribe } from './subscribe.ts';
import type { WantedSubscription } from './wanted.ts';

/** A connection that stands for none: begun and ended now, behind all that is known of the client. */
function provisionedEvent(
  prior: Session | undefined,
  sessionExpiryInterval: number,
  nowMs: number,
  id: string,
): SessionEvent {
  const known =
    prior === undefined ? [] : [...prior.connections, ...(prior.before ? [prior.before.connection] : [])];
  const behindMs = Math.max(...known.map(startOf));
  const atMs = Math.max(nowMs, behindMs + 1);
  const connection: Connection = {
    sessionIdentifier: `provisioned-${id}`,
    versionNumber: (prior && newestConnection(prior).versionNumber) ?? PROVISIONED_FIRST,
    connectedAtMs: atMs,
    seenAtMs: atMs,
    disconnectedAtMs: atMs,
    isProvisioned: true,
    ...(prior !== undefined && { behindMs }),
  };
  return { kind: 'connection', connection, declaration: { atMs, sessionExpiryInterval, byOperator: true } };
}

/**
 * Makes a session for a client that has none. Its subscriptions are there before it is: a device that connects in
 * between finds no session, one that connects afterwards finds all of it.
 *
 * @returns undefined when the device was quicker
 */
export async function makeSession(
  clientId: string,
  prior: Session | undefined,
  interval: number,
  wanted: readonly WantedSubscription[],
  { policy, edge }: { readonly policy: SessionPolicy; readonly edge: SessionEdge },
  dependencies: OperatorDependencies,
): Promise<Session | undefined> {
  const { sessions, subscriptions, requests, configuration, clock, newId } = dependencies;
  const rules = { policy, settings: configuration.settings };
  const event = provisionedEvent(prior, interval, clock(), newId());
  const made = transition(clientId, prior, event, rules, clock());
  const { session } = made;
  if (session === undefined) return undefined;
  const before = await subscriptions.list(clientId);
  for (const each of wanted) await subscribe(session, each, before, edge, dependencies);
  const { written } = await sessions.write(session, prior?.revision);
  if (written) {
    await followUp({ transition: made, prior }, dependencies);
    return session;
  }
  const { incarnation } = session;
  for (const { filter } of wanted) {
    await requests.routeCheck({ filter, step: 'mark' }, 1);
    await subscriptions.remove({ clientId, filter, incarnation });
  }
  return undefined;
}
