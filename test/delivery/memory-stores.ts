import type { PumpStores } from '#delivery/ports';
import type { LoggedMessage } from '#session/message';
import { earlier, type Position } from '#session/position';
import type { Lease, Session } from '#session/session';
import { changeSubscription, type Subscription, type SubscriptionChange } from '#session/subscription';
import { isStraggler } from '#store/messages/message-item';

interface Entry {
  readonly filter: string;
  readonly message: LoggedMessage;
}

type Range = Parameters<PumpStores['log']['readStragglers']>[0];

interface Group {
  owedFrom?: Position;
  lease?: Lease;
}

/** The pump's stores in memory, with the conditions of the real ones. */
export class MemoryStores implements PumpStores {
  readonly items = new Map<string, Session>();
  readonly groups = new Map<string, Group>();
  /** Every session that was written, oldest first. */
  readonly writes: Session[] = [];
  readonly #log: Entry[] = [];
  readonly #stragglers: Entry[] = [];
  readonly #subscriptions = new Map<string, Subscription>();

  append(filter: string, message: LoggedMessage): void {
    // As in the table, stragglers lie apart.
    const log = isStraggler(message) ? this.#stragglers : this.#log;
    const isKnown = ({ filter: other, message: { position } }: Entry) =>
      other === filter && position === message.position;
    if (!log.some(isKnown)) log.push({ filter, message });
  }

  subscribe(change: SubscriptionChange): void {
    const key = `${change.clientId} ${change.filter}`;
    this.#subscriptions.set(key, changeSubscription(this.#subscriptions.get(key), change).subscription);
  }

  readonly sessions = {
    get: async (clientId: string): Promise<Session | undefined> => this.items.get(clientId),
    write: async (session: Session, expectedRevision: number | undefined) => {
      const current = this.items.get(session.clientId);
      if (current?.revision !== expectedRevision) {
        return { written: false as const, ...(current && { current }) };
      }
      this.items.set(session.clientId, session);
      this.writes.push(session);
      return { written: true as const };
    },
  };

  readonly subscriptions = {
    list: async (clientId: string) =>
      [...this.#subscriptions.values()].filter((each) => each.clientId === clientId),
  };

  readonly routes = {
    find: async (filters: readonly string[]) => filters.map((filter) => ({ filter, shards: 1 })),
  };

  readonly log: PumpStores['log'] = {
    read: (range) => read(this.#log, range),
    readStragglers: (range) => read(this.#stragglers, range),
  };

  readonly shareGroups: PumpStores['shareGroups'] = {
    takeLease: async (filter, holder, nowMs, untilMs) => {
      const group = this.groups.get(filter);
      if (group === undefined) return { taken: false };
      const { lease, owedFrom } = group;
      if (lease !== undefined && lease.holder !== holder && lease.untilMs > nowMs) return { taken: false };
      group.lease = { holder, untilMs };
      return { taken: true, ...(owedFrom !== undefined && { owedFrom }) };
    },
    settle: async (filter, holder, owedFrom) => {
      const group = this.groups.get(filter);
      if (group?.lease?.holder !== holder) return;
      delete group.lease;
      if (owedFrom === undefined) delete group.owedFrom;
      else group.owedFrom = owedFrom;
    },
  };

  /** The last member of a group has gone. */
  leaveGroup(filter: string, owedFrom: Position): void {
    const group = this.groups.get(filter) ?? {};
    group.owedFrom = earlier(group.owedFrom ?? owedFrom, owedFrom);
    this.groups.set(filter, group);
  }
}

async function* read(log: readonly Entry[], { filter, from, upTo }: Range) {
  // What is appended while a page is being used may come with the next page.
  let at = from;
  let isFirst = true;
  for (;;) {
    const next = log
      .filter(({ filter: other }) => other === filter)
      .map(({ message }) => message)
      .filter(({ position }) => position < upTo && (isFirst ? position >= at : position > at))
      .reduce<LoggedMessage | undefined>(
        (first, message) => (first === undefined || message.position < first.position ? message : first),
        undefined,
      );
    if (next === undefined) return;
    yield next;
    at = next.position;
    isFirst = false;
  }
}
