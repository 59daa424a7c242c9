import type { HistoryEntry } from '#history/entry';
import { endOf, startOf } from '#session/connection';
import type { DropReason } from '#session/drop-reasons';
import { choosePolicy } from '#session/policy';
import { timeOf } from '#session/position';
import type { Session } from '#session/session';
import type { SessionConfiguration } from '#session/session-configuration';
import type { FoundMessage } from '#store/message-log';
import { policyOf } from './edge-of.ts';
import type { SessionState } from './session-view.ts';

/** A message, and what is recorded of its client. */
export interface GivenUp {
  readonly message: FoundMessage;
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
  /** It came while the broker's own session stood, and that session brings it. */
  readonly isKept: boolean;
}

/** Whether the device was away all the time, as far as its connections are remembered. */
function wasAway({ connections }: Session, fromMs: number, upToMs: number): boolean {
  const [oldest] = connections;
  if (oldest === undefined || fromMs < startOf(oldest)) return false;
  return connections.every(
    (each) =>
      each.isProvisioned === true ||
      startOf(each) > upToMs ||
      (endOf(each) ?? Number.POSITIVE_INFINITY) <= fromMs,
  );
}

/** Whether the broker's own session of the client held a message until the client returned, or still does. */
export function brokerKept(
  { receivedAtMs }: FoundMessage,
  { clientId, connections, carrier }: Session,
  { policies, settings }: SessionConfiguration,
  nowMs: number,
): boolean {
  if (carrier !== undefined) return false;
  const index = connections.findLastIndex((each) => startOf(each) <= receivedAtMs);
  const before = connections[index];
  const endedAtMs = before && endOf(before);
  if (before === undefined || endedAtMs === undefined || endedAtMs > receivedAtMs) return false;
  const isBrokers = choosePolicy(policies, clientId).delivery === 'broker';
  if (!isBrokers && before.brokerCleanSession !== false) return false;
  const next = connections[index + 1];
  const seconds = before.brokerSessionExpiry ?? settings.brokerSessionExpirySeconds;
  return (next === undefined ? nowMs : startOf(next)) < endedAtMs + seconds * 1000;
}

/** The time at which an operator gave up all that waited, if an entry tells of that. */
function givenUpAtMs(entry: HistoryEntry): number | undefined {
  if (entry.type !== 'dropped' || (entry.counts.operator ?? 0) === 0) return undefined;
  return entry.last.findLast(({ reason }) => reason === 'operator')?.atMs;
}

/** Where the oldest gave way, all did that waited up to the last one. */
function overflowOf(entry: HistoryEntry) {
  if (entry.type !== 'dropped') return undefined;
  return entry.last.findLast(({ reason }) => reason === 'overflowMessages' || reason === 'overflowBytes');
}

/**
 * Why a message was given up of which the session no longer knows the name: from what is recorded of the drops, and
 * of the absence in which it waited. Undefined: nothing shows that it was.
 */
export function reasonOfDrop(
  { message, entries, isKept }: GivenUp,
  { session, nowMs }: Pick<SessionState, 'session' | 'nowMs'>,
  configuration: SessionConfiguration,
): DropReason | undefined {
  const { receivedAtMs, messageExpiryInterval, position } = message;
  const ofLife = entries.filter((each) => each.incarnation === session.incarnation);
  const untilMs = Math.min(
    ...ofLife.flatMap((each) => givenUpAtMs(each) ?? []).filter((atMs) => atMs > receivedAtMs),
  );
  const expiresAtMs =
    messageExpiryInterval === undefined
      ? Number.POSITIVE_INFINITY
      : receivedAtMs + messageExpiryInterval * 1000;
  if (expiresAtMs <= Math.min(nowMs, untilMs) && wasAway(session, receivedAtMs, expiresAtMs))
    return 'expired';
  if (!isKept && untilMs <= nowMs && wasAway(session, receivedAtMs, untilMs)) return 'operator';
  if (isKept || policyOf(session.clientId, session, configuration).overflow !== 'drop-oldest')
    return undefined;
  return ofLife
    .flatMap((each) => overflowOf(each) ?? [])
    .find((last) => position <= last.position && wasAway(session, receivedAtMs, timeOf(last.position)))
    ?.reason;
}
