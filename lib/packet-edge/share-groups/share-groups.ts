import { createHash } from 'node:crypto';
import { OWN_LOG_SHARDS, ownLog } from '#session/delivery/own-log';
import type { Message } from '#session/message';
import { type Position, positionAt, positionOf, timeOf } from '#session/position';
import type { AssignedMember } from '#store/share-groups/share-assignments';
import type { SubscriberKey } from '#store/subscriptions/filter-index';
import type { PacketEdgeDependencies } from '../dependencies.ts';
import type { AddressedSignal, OnlineClient } from '../signals/signals.ts';

/** The same for every copy of a message, however late it was appended. */
export function assignmentPosition({ receivedAtMs, messageId }: Message): Position {
  return positionOf(receivedAtMs, messageId);
}

/** Spreads messages over the members without anybody keeping count. */
export function choose<Member>(members: readonly Member[], messageId: string): Member | undefined {
  const digest = createHash('sha256').update(messageId).digest();
  return members[digest.readUInt32BE() % members.length];
}

/** As the message is called in a member's own log. */
export function copyId({ messageId }: Message, sharedFilter: string): string {
  return `${messageId}:${sharedFilter}`;
}

interface Copy {
  readonly message: Message;
  readonly sharedFilter: string;
  readonly retainSeconds: number;
  /** Behind what was put there before. */
  readonly notBeforeMs?: number | undefined;
}

/** Puts a message into the log of the member that it was given to; done again while it is fresh, it is the same item. */
export async function copyTo(
  member: AssignedMember,
  { message, sharedFilter, retainSeconds, notBeforeMs }: Copy,
  { log }: Pick<PacketEdgeDependencies, 'log'>,
): Promise<Position> {
  const messageId = copyId(message, sharedFilter);
  return log.append({
    filter: ownLog(member),
    shards: OWN_LOG_SHARDS,
    retainSeconds,
    message: { ...message, messageId, subscription: sharedFilter },
    ...(notBeforeMs !== undefined && { notBeforeMs }),
  });
}

interface ShareGroupsOfFilter {
  /** Subscriptions of all groups. */
  readonly shared: readonly SubscriberKey[];
  readonly online: readonly OnlineClient[];
  readonly retainSeconds: number;
}

/**
 * Gives a message to one online member of each share group of a filter. [MQTT-4.8.2-1] A group of which nobody
 * is online gets it when the first member returns.
 */
export async function assignShared(
  message: Message,
  { shared, online, retainSeconds }: ShareGroupsOfFilter,
  dependencies: Pick<PacketEdgeDependencies, 'log' | 'assignments'>,
): Promise<AddressedSignal[]> {
  const addressed: AddressedSignal[] = [];
  for (const sharedFilter of new Set(shared.map(({ filter }) => filter))) {
    const members = shared.filter(({ filter }) => filter === sharedFilter).map(({ clientId }) => clientId);
    const chosen = choose(
      online.filter(({ clientId }) => members.includes(clientId)),
      message.messageId,
    );
    if (chosen === undefined) continue;
    const { clientId, incarnation } = chosen;
    const position = assignmentPosition(message);
    const { assignments } = dependencies;
    const owner = await assignments.assign(sharedFilter, position, { clientId, incarnation }, retainSeconds);
    await copyTo(owner, { message, sharedFilter, retainSeconds }, dependencies);
    const reachable = online.find((each) => each.clientId === owner.clientId);
    if (reachable === undefined) continue;
    const { carrier, connectionId } = reachable;
    const signal = { kind: 'look', connectionId, filters: [ownLog(reachable)] } as const;
    addressed.push({ clientId: owner.clientId, carrier, signal });
  }
  return addressed;
}

/** What has come for this member; read only where something may be missing. */
export async function copiesOf(
  member: AssignedMember,
  from: Position,
  { log }: Pick<PacketEdgeDependencies, 'log'>,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  // Of the same millisecond a copy may lie before its message.
  const own = { filter: ownLog(member), shards: OWN_LOG_SHARDS, from: positionAt(timeOf(from)) };
  for await (const { messageId } of log.readAppended(own)) found.add(messageId);
  return found;
}
