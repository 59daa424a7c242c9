import type { ConnectionContext } from '#packets/carrying/exchange';
import { later, type Position, positionAt, timeOf } from '#session/position';
import { owedSinceMs, type Subscription } from '#session/subscription';
import { parseSharedFilter } from '#session/topics/topic-filter';
import type { FoundMessage } from '#store/messages/message-log';
import type { AssignedMember } from '#store/share-groups/share-assignments';
import type { PacketEdgeDependencies } from '../dependencies.ts';
import { assignmentPosition, copiesOf, copyId, copyTo } from './share-groups.ts';

/** Messages that are taken at a time, so that a client with a long backlog need not wait minutes for its CONNACK. */
const AT_ONCE = 16;

interface Membership {
  readonly subscriptions: readonly Subscription[];
  /** What came before it is not for this member. */
  readonly cursor: Position;
  readonly retainSeconds: number;
}

/** Takes for one member what nobody of one group has. */
class Taking {
  readonly #member: AssignedMember;
  readonly #sharedFilter: string;
  readonly #retainSeconds: number;
  readonly #dependencies: PacketEdgeDependencies;
  readonly #assigned: ReadonlyMap<Position, AssignedMember>;
  readonly #copies: ReadonlySet<string>;
  /** Epoch milliseconds of the last copy of what came long ago: these keep their order. */
  #copiedAtMs = 0;

  constructor(
    member: AssignedMember,
    { sharedFilter, retainSeconds }: { readonly sharedFilter: string; readonly retainSeconds: number },
    known: {
      readonly assigned: ReadonlyMap<Position, AssignedMember>;
      readonly copies: ReadonlySet<string>;
    },
    dependencies: PacketEdgeDependencies,
  ) {
    this.#member = member;
    this.#sharedFilter = sharedFilter;
    this.#retainSeconds = retainSeconds;
    this.#assigned = known.assigned;
    this.#copies = known.copies;
    this.#dependencies = dependencies;
  }

  async take(messages: readonly FoundMessage[]): Promise<void> {
    const areOwn = await Promise.all(messages.map((message) => this.#isOwn(message)));
    const own = messages.filter(
      (message, index) => areOwn[index] && !this.#copies.has(copyId(message, this.#sharedFilter)),
    );
    const { clock, configuration } = this.#dependencies;
    const freshFromMs = clock() - configuration.settings.settleSeconds * 1000;
    // What is fresh has its place by its receive time.
    const isFresh = ({ receivedAtMs }: FoundMessage) => receivedAtMs > freshFromMs;
    await Promise.all(own.filter(isFresh).map((message) => this.#copy(message)));
    const late = own.filter((message) => !isFresh(message));
    const firstMs = Math.max(clock(), this.#copiedAtMs + 1);
    const copied = await Promise.all(late.map((message, index) => this.#copy(message, firstMs + index)));
    this.#copiedAtMs = Math.max(this.#copiedAtMs, ...copied.map(timeOf));
  }

  async #isOwn(message: FoundMessage): Promise<boolean> {
    const position = assignmentPosition(message);
    const { assignments } = this.#dependencies;
    const { clientId, incarnation } =
      this.#assigned.get(position) ??
      (await assignments.assign(this.#sharedFilter, position, this.#member, this.#retainSeconds));
    return clientId === this.#member.clientId && incarnation === this.#member.incarnation;
  }

  #copy({ position: _, log: __, ...message }: FoundMessage, notBeforeMs?: number): Promise<Position> {
    const copy = {
      message,
      sharedFilter: this.#sharedFilter,
      retainSeconds: this.#retainSeconds,
      notBeforeMs,
    };
    return copyTo(this.#member, copy, this.#dependencies);
  }
}

async function* chunksOf<Each>(all: AsyncIterable<Each>): AsyncGenerator<readonly Each[]> {
  let chunk: Each[] = [];
  for await (const each of all) {
    chunk.push(each);
    if (chunk.length < AT_ONCE) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/**
 * What was logged for a client's share groups while nobody of them was online is given to this member; and what
 * was given to it by somebody who died before it was put into its log.
 */
export async function takeUnassigned(
  { clientId, incarnation }: ConnectionContext,
  { subscriptions, cursor, retainSeconds }: Membership,
  dependencies: PacketEdgeDependencies,
): Promise<void> {
  const { log, assignments, routes } = dependencies;
  const member = { clientId, incarnation };
  for (const subscription of subscriptions) {
    const { filter: sharedFilter } = subscription;
    const { shareName, filter } = parseSharedFilter(sharedFilter);
    if (shareName === undefined) continue;
    const from = later(cursor, positionAt(owedSinceMs(subscription)));
    const assigned = await assignments.assignedFrom(sharedFilter, from);
    const hasSome = [...assigned.values()].some(
      (each) => each.clientId === clientId && each.incarnation === incarnation,
    );
    const copies = hasSome ? await copiesOf(member, from, dependencies) : new Set<string>();
    const [route] = await routes.find([filter]);
    const taking = new Taking(member, { sharedFilter, retainSeconds }, { assigned, copies }, dependencies);
    const range = { filter, from, shards: route?.shards ?? 1 };
    for await (const messages of chunksOf(log.readAppended(range))) await taking.take(messages);
  }
}
