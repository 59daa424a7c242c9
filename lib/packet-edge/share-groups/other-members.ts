import { exists } from '#session/session';
import { parseSharedFilter } from '#session/topics/topic-filter';
import type { AssignedMember } from '#store/share-groups/share-assignments';
import type { PacketEdgeDependencies } from '../dependencies.ts';
import { subscriberPages } from '../signals/signal-subscribers.ts';
import { type OnlineClient, onlineAmong } from '../signals/signals.ts';
import { choose } from './share-groups.ts';

/** The members of a share group when one of them has left. */
export interface OtherMembers {
  readonly online: readonly OnlineClient[];
  /** All of them, those that are online among them. */
  readonly all: readonly AssignedMember[];
  /** How long the log keeps messages for the group. */
  readonly retainSeconds: number;
}

/** Undefined: nobody subscribes to the filter any more. */
export async function otherMembers(
  sharedFilter: string,
  dependencies: PacketEdgeDependencies,
): Promise<OtherMembers | undefined> {
  const { filter } = parseSharedFilter(sharedFilter);
  const [route] = await dependencies.routes.find([filter]);
  if (route === undefined) return undefined;
  const found = new Set<string>();
  for await (const { shared } of subscriberPages(filter, dependencies))
    for (const each of shared) if (each.filter === sharedFilter) found.add(each.clientId);
  const clientIds = [...found];
  // The life that has ended is not among them.
  const sessions = await dependencies.sessions.getMany(clientIds);
  const nowMs = dependencies.clock();
  const all = sessions
    .filter((session) => exists(session, nowMs))
    .map(({ clientId, incarnation }) => ({ clientId, incarnation }));
  return { online: await onlineAmong(clientIds, dependencies), all, retainSeconds: route.retainSeconds };
}

/** Who is online comes first; a session whose client is away keeps the message for it. */
export function chooseMember({ online, all }: OtherMembers, messageId: string): AssignedMember | undefined {
  const chosen = choose(online, messageId) ?? choose(all, messageId);
  return chosen && { clientId: chosen.clientId, incarnation: chosen.incarnation };
}
