import type { BrokerSession } from './broker-session.ts';
import type { QoS } from './message.ts';
import { matches } from './topic-match.ts';

type Subscribers = Map<BrokerSession, QoS>;

/**
 * Who has subscribed to what. Each filter is matched once, however many have it, and one without a wildcard
 * not at all, so that thousands of sleeping clients cost nothing.
 */
export class SubscriptionIndex {
  readonly #exact = new Map<string, Subscribers>();
  readonly #wildcard = new Map<string, Subscribers>();

  add(filter: string, session: BrokerSession, qos: QoS): void {
    const filters = this.#filtersLike(filter);
    const subscribers = filters.get(filter) ?? new Map<BrokerSession, QoS>();
    filters.set(filter, subscribers);
    subscribers.set(session, qos);
  }

  remove(filter: string, session: BrokerSession): void {
    const filters = this.#filtersLike(filter);
    const subscribers = filters.get(filter);
    subscribers?.delete(session);
    if (subscribers?.size === 0) filters.delete(filter);
  }

  /** Each session once, with the highest QoS of its filters that match ([MQTT-3.3.5-1]). */
  subscribersOf(topic: string): Subscribers {
    const found: Subscribers = new Map();
    const join = (subscribers: Subscribers): void => {
      for (const [session, qos] of subscribers) if (found.get(session) !== 1) found.set(session, qos);
    };
    join(this.#exact.get(topic) ?? new Map());
    for (const [filter, subscribers] of this.#wildcard) if (matches(filter, topic)) join(subscribers);
    return found;
  }

  #filtersLike(filter: string): Map<string, Subscribers> {
    return /[+#]/.test(filter) ? this.#wildcard : this.#exact;
  }
}
