import { randomUUID } from 'node:crypto';
import type { Packet } from 'mqtt-packet';
import type { HistoryEntry } from '#history/entry';
import type { OperatorDependencies } from '#operator/dependencies';
import type { ConnectionContext, PacketsRequest, Signal } from '#packets/carrying/exchange';
import type { SessionPolicy } from '#session/configuration/policy';
import type { Session } from '#session/session';
import { createLogPages } from '#store/messages/log-pages';
import { createShareGroupStore } from '#store/share-groups/share-groups';
import { createSessionStarts } from '#store/transactions/session-starts';
import { createSessionSubscriptions } from '#store/transactions/session-subscriptions';
import { VirtualTime } from '#test/delivery/virtual-time';
import { FakeBroker } from '#test/edge/world/fake-broker';
import { type Answered, askedOnce, connectPacket, requestOf } from '#test/packet-edge/clients/asked-twice';
import { packetEdge, type TestEdge } from '#test/packet-edge/dependencies';
import { memoryTables } from '#test/store/memory/memory-dynamodb';

const START_MS = 1_795_000_000_000;

/** A connection of a client of the packet edge, as its listener keeps it. */
class Carried {
  readonly id = randomUUID();
  readonly #desk: PacketDesk;
  #context: ConnectionContext | undefined;

  constructor(desk: PacketDesk) {
    this.#desk = desk;
  }

  async send(...packets: readonly Packet[]): Promise<Answered> {
    return this.#ask(requestOf(this.#asking(), this.#desk.tick(packets.length), ...packets));
  }

  async look(): Promise<Answered> {
    return this.#ask({ ...requestOf(this.#asking(), this.#desk.tick(1)), look: {} });
  }

  /** The listener tells of the end. */
  async closed(reason: NonNullable<PacketsRequest['closed']>['reason']): Promise<Answered> {
    const atMs = this.#desk.tick(1);
    return this.#ask({ ...requestOf(this.#asking(), atMs), closed: { reason, atMs } });
  }

  #asking() {
    return { connection: this.id, context: this.#context };
  }

  async #ask(request: PacketsRequest): Promise<Answered> {
    const answer = await askedOnce(this.#desk.edge, request);
    this.#context = answer.context;
    return answer;
  }
}

/** Clients of the packet edge in virtual time, and the operator who looks after one of them. */
export class PacketDesk {
  readonly clientId = 'client';
  readonly operator = { actor: 'operator' };
  readonly time = new VirtualTime(START_MS);
  readonly broker = new FakeBroker();
  readonly history: HistoryEntry[] = [];
  readonly edge: TestEdge;
  readonly acts: OperatorDependencies;

  constructor(policy: Partial<SessionPolicy> = {}) {
    const tables = memoryTables({ clock: this.time.clock });
    const sleep = async (milliseconds: number) => {
      this.tick(milliseconds);
    };
    const { clock } = this.time;
    const packets = { edge: 'packets', sessionExpiryInterval: 'client', ...policy } as const;
    this.edge = packetEdge(tables, { clock, sleep, policy: packets });
    this.acts = {
      ...this.edge,
      logPages: createLogPages(tables.newClient(), tables.names.messages),
      sessionStarts: createSessionStarts(tables.newClient(), tables.names, { clock }),
      sessionSubscriptions: createSessionSubscriptions(tables.newClient(), tables.names, { clock }),
      shareGroups: createShareGroupStore(tables.newClient(), tables.names.routes),
      broker: this.broker,
      history: {
        append: async (entries) => {
          this.history.push(...entries);
        },
      },
      newId: randomUUID,
      logAct: () => {},
    };
  }

  /** Time goes on, a millisecond for each packet. */
  tick(milliseconds: number): number {
    const { nowMs } = this.time;
    this.time.nowMs += milliseconds;
    return nowMs;
  }

  pass(seconds: number): void {
    this.time.nowMs += seconds * 1000;
  }

  async connect(more: object = {}, clientId = this.clientId) {
    const carried = new Carried(this);
    const answer = await carried.send(connectPacket(clientId, more));
    return { carried, ...answer };
  }

  async session(): Promise<Session> {
    const session = await this.edge.sessions.get(this.clientId);
    if (session === undefined) throw new Error('There is no session');
    return session;
  }

  get signals(): readonly Signal[] {
    return this.edge.sentSignals.flatMap(({ signals }) => signals);
  }

  topicsOf({ sent }: Answered): string[] {
    return sent.flatMap((packet) => (packet.cmd === 'publish' ? [packet.topic] : []));
  }
}
