import type { HistoryEntry } from '#history/entry';
import { choosePolicy } from '#session/configuration/policy';
import type { SessionConfiguration } from '#session/configuration/session-configuration';
import type { DropReason } from '#session/delivery/drop-reasons';
import { brokerSessionSeconds } from '#session/life/broker-session';
import { endOf, startOf } from '#session/life/connection';
import { isSameMessage, type Position, positionOf, timeOf } from '#session/position';
import type { Drop, Session } from '#session/session';
import { policyOf } from '#session/session-edge';
import type { FoundMessage } from '#store/messages/message-log';
import type { SessionState } from '../look-ups/session-view.ts';

/** A message, and what is recorded of its client. */
export interface GivenUp {
  readonly message: FoundMessage;
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
  /** It came while the broker's own session stood, and that session brings it. */
  readonly isKept: boolean;
}

/** Whether the device was away all the time, as far as its connections are remembered. */
export function wasAway({ connections }: Session, fromMs: number, upToMs: number): boolean {
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
  const endsAtMs = endedAtMs + brokerSessionSeconds(before, settings) * 1000;
  if (next === undefined) return nowMs < endsAtMs;
  // A connection with a clean session of the broker's has ended the one before, and what that held.
  const isResuming = isBrokers ? next.brokerCleanSession !== true : next.brokerCleanSession === false;
  return isResuming && (next.brokerResumed ?? startOf(next) < endsAtMs);
}

/** The time at which an operator gave up all that waited, if an entry tells of that. */
function givenUpAtMs(entry: HistoryEntry): number | undefined {
  if (entry.type !== 'dropped' || (entry.counts.operator ?? 0) === 0) return undefined;
  return entry.last.findLast(({ reason }) => reason === 'operator')?.atMs;
}

const isOverflow = (reason: DropReason) => reason === 'overflowMessages' || reason === 'overflowBytes';

/** Where limits have counted a message: beside the broker, in the place that one appended late would have had in time. */
function placeOf({ position, receivedAtMs, messageId }: FoundMessage, { carrier }: Session): Position {
  return carrier === undefined ? positionOf(receivedAtMs, messageId) : position;
}

/** What gave way with the one that is named last. */
function gaveWay(drops: readonly Drop[], position: Position): DropReason | undefined {
  return drops.find(({ from, position: upTo }) => from !== undefined && from <= position && position <= upTo)
    ?.reason;
}

/** Of drops that do not say where they lie: where the oldest gave way, all did that waited up to the last one. */
function gaveWayBefore(
  { position, receivedAtMs }: FoundMessage,
  drops: readonly Drop[],
  session: Session,
): DropReason | undefined {
  const last = drops.findLast(({ reason }) => isOverflow(reason));
  if (last === undefined || last.from !== undefined || position > last.position) return undefined;
  return wasAway(session, receivedAtMs, timeOf(last.position)) ? last.reason : undefined;
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
  const drops = ofLife.flatMap((each) => (each.type === 'dropped' ? [each.last] : []));
  const named = drops.flat().find((drop) => isSameMessage(drop.position, position));
  // What an operator gives up here the broker's own session delivers all the same.
  if (named !== undefined && !(isKept && named.reason === 'operator')) return named.reason;
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
  if (isKept) return undefined;
  const place = placeOf(message, session);
  const [reason] = [session.lastDrops, ...drops].flatMap((each) => gaveWay(each, place) ?? []);
  if (reason !== undefined || policyOf(session.clientId, session, configuration).overflow !== 'drop-oldest')
    return reason;
  return drops.flatMap((each) => gaveWayBefore({ ...message, position: place }, each, session) ?? [])[0];
}

/**
 * Whether a message may be among those that an entry counts as dropped and does not name.
 *
 * @param untilMs the message was delivered or dropped by then
 */
export function mayBeAmong(
  { receivedAtMs, messageExpiryInterval }: FoundMessage,
  entry: HistoryEntry,
  untilMs: number,
): boolean {
  if (entry.type !== 'dropped' || entry.atMs < receivedAtMs || entry.atMs > untilMs) return false;
  const expiresAtMs =
    messageExpiryInterval === undefined ? undefined : receivedAtMs + messageExpiryInterval * 1000;
  const saysWhere = entry.last.some(({ from }) => from !== undefined);
  return (Object.entries(entry.counts) as [DropReason, number][]).some(([reason, count]) => {
    // The time of the act says which ones an operator has given up.
    if (reason === 'operator' || (isOverflow(reason) && saysWhere)) return false;
    if (reason === 'expired' && (expiresAtMs === undefined || expiresAtMs > entry.atMs)) return false;
    return count > entry.last.filter((drop) => drop.reason === reason).length;
  });
}
