import type { MemberEnd } from '#edge/requests';
import { takeOverDelivered } from '#edge/session-end/take-over-delivered';
import { OWN_LOG_SHARDS, ownLog } from '#session/delivery/own-log';
import type { Flow } from '#session/flow/flow';
import { isTaken } from '#session/flow/reading';
import { type Message, messageHasExpired } from '#session/message';
import { earlier, type Position, timeOf } from '#session/position';
import { parseSharedFilter } from '#session/topics/topic-filter';
import type { FoundMessage } from '#store/messages/message-log';
import type { AssignedMember } from '#store/share-groups/share-assignments';
import type { PacketEdgeDependencies } from '../dependencies.ts';
import { REASSIGNED_MESSAGES } from '../limits.ts';
import { type AddressedSignal, dispatchSignals } from '../signals/signals.ts';
import { chooseMember, type OtherMembers, otherMembers } from './other-members.ts';
import { assignmentPosition, copiesOf, copyId, copyTo } from './share-groups.ts';

/**
 * What was put into the member's own log and has not reached it: what it was sent with QoS 1 and has not acknowledged,
 * and what it was never sent. What it was sent with QoS 2 is for nobody else. [MQTT-4.8.2-5]
 */
async function* notDelivered(
  flow: Flow,
  from: Position | undefined,
  { log }: Pick<PacketEdgeDependencies, 'log'>,
): AsyncGenerator<FoundMessage> {
  for (const { qos, log: key, position } of from === undefined ? flow.outbound : []) {
    const message = qos === 1 ? await log.get(key, position) : undefined;
    if (message !== undefined) yield message;
  }
  const own = { filter: ownLog(flow), shards: OWN_LOG_SHARDS, from: from ?? flow.cursor };
  for await (const message of log.readAppended(own)) if (!isTaken(flow, message.position)) yield message;
}

/** The message as it was published, without what makes it the ended member's copy. */
function asPublished(
  { position: _, log: __, subscription: ___, ...copy }: FoundMessage,
  sharedFilter: string,
): Message {
  const suffix = copyId({ ...copy, messageId: '' }, sharedFilter);
  return { ...copy, messageId: copy.messageId.slice(0, -suffix.length) };
}

/** One run that gives the messages of one member away. */
class Reassignment {
  readonly #ended: AssignedMember;
  readonly #dependencies: PacketEdgeDependencies;
  /** No copy for another member lies before it. */
  readonly #copiesFrom: Position;
  readonly #groups = new Map<string, OtherMembers | undefined>();
  readonly #copies = new Map<string, Set<string>>();
  readonly signals = new Map<string, AddressedSignal>();
  /** Epoch milliseconds of the last copy: they keep their order. */
  #copiedAtMs: number | undefined;
  count = 0;

  constructor({ clientId, incarnation, cursor, outbound }: Flow, dependencies: PacketEdgeDependencies) {
    this.#ended = { clientId, incarnation };
    this.#dependencies = dependencies;
    this.#copiesFrom = outbound.map(({ position }) => position).reduce(earlier, cursor);
  }

  /** Done again, it is the same member, and it gets the message once. */
  async give(copy: FoundMessage, sharedFilter: string): Promise<void> {
    const { assignments } = this.#dependencies;
    const members = await this.#membersOf(sharedFilter);
    const message = asPublished(copy, sharedFilter);
    const to = members && chooseMember(members, message.messageId);
    if (members === undefined || to === undefined) return;
    const { retainSeconds, online } = members;
    const position = assignmentPosition(message);
    const change = { from: this.#ended, to };
    const owner = await assignments.reassign(sharedFilter, position, change, retainSeconds);
    await this.#copy(message, sharedFilter, owner, retainSeconds);
    this.count += 1;
    const reachable = online.find(({ clientId }) => clientId === owner.clientId);
    if (reachable === undefined) return;
    const { clientId, carrier, connectionId } = reachable;
    const signal = { kind: 'look', connectionId, filters: [ownLog(reachable)] } as const;
    this.signals.set(connectionId, { clientId, carrier, signal });
  }

  async #copy(message: Message, sharedFilter: string, owner: AssignedMember, retainSeconds: number) {
    const copies = await this.#copiesOf(owner);
    const id = copyId(message, sharedFilter);
    if (copies.has(id)) return;
    const notBeforeMs = this.#copiedAtMs === undefined ? undefined : this.#copiedAtMs + 1;
    const { log } = this.#dependencies;
    const copy = { message, sharedFilter, retainSeconds, notBeforeMs };
    const position = await copyTo(owner, copy, { log });
    copies.add(id);
    this.#copiedAtMs = timeOf(position);
  }

  async #membersOf(sharedFilter: string): Promise<OtherMembers | undefined> {
    if (!this.#groups.has(sharedFilter))
      this.#groups.set(sharedFilter, await otherMembers(sharedFilter, this.#dependencies));
    return this.#groups.get(sharedFilter);
  }

  async #copiesOf(member: AssignedMember): Promise<Set<string>> {
    const known = this.#copies.get(ownLog(member));
    if (known !== undefined) return known;
    const copies = new Set(await copiesOf(member, this.#copiesFrom, this.#dependencies));
    this.#copies.set(ownLog(member), copies);
    return copies;
  }
}

/**
 * The session of a member of share groups has ended: what was given to it and has not reached it goes to other
 * members (MQTT 5.0, 4.8.2). Without its flow nobody knows what has reached it, so nothing is given away.
 *
 * @returns how many messages were given to others; a further run is asked for when there are more
 */
export async function reassignShared(end: MemberEnd, dependencies: PacketEdgeDependencies): Promise<number> {
  const { clientId, incarnation } = end;
  const flow = await dependencies.flows.get(clientId);
  if (flow?.incarnation !== incarnation) return 0;
  const reassignment = new Reassignment(flow, dependencies);
  let goOnAt: Position | undefined;
  for await (const message of notDelivered(flow, end.from, dependencies)) {
    const { subscription = '', qos, position } = message;
    if (parseSharedFilter(subscription).shareName === undefined) continue;
    // QoS 0 is for those who are there.
    if (qos === 0 || messageHasExpired(message, dependencies.clock())) continue;
    if (reassignment.count >= REASSIGNED_MESSAGES) {
      goOnAt = position;
      break;
    }
    await reassignment.give(message, subscription);
  }
  await dispatchSignals([...reassignment.signals.values()], dependencies);
  if (goOnAt === undefined) {
    await takeOverDelivered(flow, dependencies.sessions);
    await dependencies.flows.remove(clientId, incarnation);
  } else await dependencies.requests.memberEnded({ ...end, from: goOnAt });
  return reassignment.count;
}
