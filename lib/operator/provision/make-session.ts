import type { SessionPolicy } from '#session/configuration/policy';
import { type Connection, PROVISIONED_FIRST, startOf } from '#session/life/connection';
import { type SessionEvent, transition } from '#session/life/transition';
import { newestConnection, type Session } from '#session/session';
import type { SessionEdge } from '#session/session-edge';
import { MOST_SUBSCRIPTIONS } from '#store/transactions/session-starts';
import { followUp } from '../acts/follow-up.ts';
import type { OperatorDependencies } from '../dependencies.ts';
import { firstChanges, route, subscribe } from './subscribe.ts';
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

export interface AskedSession {
  /** Seconds. */
  readonly interval: number;
  readonly subscriptions: readonly WantedSubscription[];
  readonly policy: SessionPolicy;
  readonly edge: SessionEdge;
}

/**
 * Makes a session for a client that has none, and its subscriptions with it: a device that connects meanwhile finds none
 * or all of it. Of very many subscriptions one write does not take the last.
 *
 * @returns undefined when the device was quicker
 */
export async function makeSession(
  clientId: string,
  prior: Session | undefined,
  { interval, subscriptions, policy, edge }: AskedSession,
  dependencies: OperatorDependencies,
): Promise<Session | undefined> {
  const { sessionStarts, configuration, clock, newId } = dependencies;
  const rules = { policy, settings: configuration.settings };
  const event = provisionedEvent(prior, interval, clock(), newId());
  const made = transition(clientId, prior, event, rules, clock());
  const { session } = made;
  if (session === undefined) return undefined;
  const some = subscriptions.slice(0, MOST_SUBSCRIPTIONS);
  const changes = await firstChanges(session, some, edge, dependencies);
  const { outcome } = await sessionStarts.start(session, prior?.revision, changes);
  if (outcome === 'overtaken') return undefined;
  for (const each of some) await route(session, each, edge, dependencies);
  for (const each of subscriptions.slice(MOST_SUBSCRIPTIONS))
    await subscribe(session, each, edge, dependencies);
  await followUp({ transition: made, prior }, dependencies);
  return session;
}
