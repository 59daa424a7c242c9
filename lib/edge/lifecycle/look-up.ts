import type { Broker } from '#broker/broker';
import type { Settings } from '#session/configuration/settings';
import { hasExpired, sessionEndMs } from '#session/expiry';
import { brokerSessionSeconds } from '#session/life/broker-session';
import { type Connection, endOf, startOf } from '#session/life/connection';
import { newestConnection, type Session } from '#session/session';

/** The broker's clock and its events may disagree by this much. */
const CLOCK_DIFFERENCE_MS = 5_000;
/** GetConnection tells the same instant as the event of its connection, within this. */
const SAME_CONNECTION_MS = 100;
/** An unknown client is believed to be gone when its event is older than this. */
const BELIEVED_AFTER_MS = 30_000;
/** "Up to 30 min longer": the broker's own session expiry is only approximate, beyond its value. */
const BROKER_EXPIRY_FUZZ_MS = 31 * 60 * 1000;

/** What GetConnection adds to a connection. */
export type BrokerFacts = Pick<
  Connection,
  'keepAliveSeconds' | 'brokerCleanSession' | 'brokerSessionExpiry' | 'brokerResumed' | 'goneAtMs'
>;

export interface LookedUp {
  readonly facts: BrokerFacts;
  /** The client has connected anew since. */
  readonly isPast?: boolean;
  /** The broker could not be asked, or does not know yet: to be repaired later. */
  readonly failed: boolean;
}

/**
 * Asks the broker about a connection: its keep alive, its clean session and expiry, and whether it is gone
 * already. Nothing depends on an answer: without one the policy decides until the look-up is repaired.
 */
export async function lookUpConnection(
  clientId: string,
  connection: Connection,
  broker: Broker,
  nowMs: number,
): Promise<LookedUp> {
  const startMs = startOf(connection);
  const answer = await broker.connection(clientId);
  if (answer.outcome === 'unavailable') return { facts: {}, failed: true };
  if (answer.outcome === 'unknownClient') {
    const isOld = nowMs - startMs > BELIEVED_AFTER_MS;
    return isOld ? { facts: { goneAtMs: startMs }, failed: false } : { facts: {}, failed: true };
  }
  const { value } = answer;
  const facts: BrokerFacts = {
    ...(value.keepAliveSeconds !== undefined && { keepAliveSeconds: value.keepAliveSeconds }),
    ...(value.cleanSession !== undefined && { brokerCleanSession: value.cleanSession }),
    ...(value.sessionExpiry !== undefined && { brokerSessionExpiry: value.sessionExpiry }),
  };
  if (value.connected) {
    const laterMs = (value.connectedSinceMs ?? startMs) - startMs;
    // A newer connection's values say nothing of this one; its own event will bring them.
    const isNewer = laterMs > CLOCK_DIFFERENCE_MS;
    return { facts: isNewer ? {} : facts, failed: false, isPast: laterMs > SAME_CONNECTION_MS };
  }
  const goneAtMs = value.disconnectedSinceMs;
  if (goneAtMs === undefined || goneAtMs < startMs - CLOCK_DIFFERENCE_MS) return { facts: {}, failed: true };
  return { facts: { ...facts, goneAtMs: Math.max(goneAtMs, startMs) }, failed: false };
}

/** A connection that has begun, and the session that was there before. */
interface Connected {
  readonly clientId: string;
  readonly prior: Session | undefined;
  readonly connection: Connection;
}

/** The broker may or may not have kept its own session: only its subscriptions can tell. */
function isUncertain(
  prior: Session | undefined,
  connection: Connection,
  facts: BrokerFacts,
  settings: Settings,
) {
  if (prior === undefined || facts.brokerCleanSession !== false) return false;
  const before = newestConnection(prior);
  const endedAtMs = endOf(before);
  if (before.brokerCleanSession !== false || endedAtMs === undefined) return false;
  const startMs = startOf(connection);
  const endMs = sessionEndMs(endedAtMs, brokerSessionSeconds(before, settings));
  return endMs !== undefined && hasExpired(endMs, startMs) && startMs < endMs + BROKER_EXPIRY_FUZZ_MS;
}

/**
 * Asks whether the broker's own session outlived its expiry, so that the client gets nothing from both: a
 * session that is still there has subscriptions before the client has sent any.
 */
export async function lookUpBrokerSession(
  { clientId, prior, connection }: Connected,
  lookedUp: LookedUp,
  broker: Broker,
  settings: Settings,
): Promise<LookedUp> {
  const { facts } = lookedUp;
  if (!isUncertain(prior, connection, facts, settings)) return lookedUp;
  const answer = await broker.subscriptions(clientId);
  if (answer.outcome !== 'found') return lookedUp;
  return { ...lookedUp, facts: { ...facts, brokerResumed: answer.value.length > 0 } };
}
