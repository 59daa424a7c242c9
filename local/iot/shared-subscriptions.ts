import type { BrokerSession } from './broker-session.ts';
import type { Message, QoS } from './message.ts';
import { SharedGroup, type SharedGroupOptions } from './shared-group.ts';
import { matches, parseSharedFilter } from './topic-match.ts';

/** All groups of shared subscriptions, by the whole text of their filter. */
export class SharedSubscriptions {
  readonly #groups = new Map<string, SharedGroup>();
  readonly #options: SharedGroupOptions;

  constructor(options: SharedGroupOptions) {
    this.#options = options;
  }

  join(sharedFilter: string, session: BrokerSession, qos: QoS): void {
    const group =
      this.#groups.get(sharedFilter) ??
      new SharedGroup(parseSharedFilter(sharedFilter).filter, this.#options);
    this.#groups.set(sharedFilter, group);
    group.join(session, qos);
  }

  leave(sharedFilter: string, session: BrokerSession): void {
    const group = this.#groups.get(sharedFilter);
    if (group === undefined) return;
    group.leave(session);
    if (!group.empty) return;
    group.stop();
    this.#groups.delete(sharedFilter);
  }

  deliver(message: Message): void {
    for (const group of this.#groups.values()) {
      if (matches(group.filter, message.topic)) group.deliver(message);
    }
  }

  /** A member is online again. */
  resume(session: BrokerSession): void {
    for (const group of this.#groups.values()) if (group.has(session)) group.drain();
  }

  stop(): void {
    for (const group of this.#groups.values()) group.stop();
  }
}
