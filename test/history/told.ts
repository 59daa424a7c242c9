import { type CounterChanges, GAUGES, TOTALS } from '#history/counts';
import { deriveHistory, type Happened } from '#history/derive';
import type { HistoryEntry } from '#history/entry';
import type { PublishedEvent } from '#history/event-schemas';
import type { LifeRules } from '#session/life/life';
import { type SessionEvent, transition } from '#session/life/transition';
import type { Session } from '#session/session';
import { entryKey } from '#store/history/history-item';
import { T0 } from '#test/session/events/lifecycle-events';

/** What is told of a client, write by write. */
export class Told {
  readonly #entries = new Map<string, HistoryEntry>();
  readonly #rules: LifeRules;
  readonly totals = Object.fromEntries(TOTALS.map((name) => [name, 0]));
  readonly gauges = Object.fromEntries(GAUGES.map((name) => [name, 0]));
  /** By the time of their end. */
  readonly expiring = new Map<number, number>();
  readonly events: PublishedEvent[] = [];
  readonly outcomes: string[] = [];
  session: Session | undefined;

  constructor(rules: LifeRules) {
    this.#rules = rules;
  }

  /** Entries in the order in which they are listed, oldest first. */
  get entries(): readonly HistoryEntry[] {
    return [...this.#entries].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, entry]) => entry);
  }

  /** Plays events as the service handles them: a declaration without a session waits for one. */
  play(events: readonly SessionEvent[]): this {
    const waiting = events.filter((event) => !this.#handle(event));
    for (const event of waiting) this.#handle(event);
    return this;
  }

  /** The session as another write leaves it. */
  write(after: Session | undefined, removedByTimeToLive = false): Happened {
    const write = { before: this.session, after, removedByTimeToLive, recordedAtMs: T0 };
    const happened = deriveHistory(write, this.#rules);
    for (const entry of happened.retracted) this.#entries.delete(JSON.stringify(entryKey(entry)));
    for (const entry of happened.entries) this.#entries.set(JSON.stringify(entryKey(entry)), entry);
    this.#count(happened.counters);
    this.events.push(...happened.events);
    this.session = after;
    return happened;
  }

  #handle(event: SessionEvent): boolean {
    const result = transition('client', this.session, event, this.#rules, T0);
    if (result.isChange) this.write(result.session);
    if (result.isChange) this.outcomes.push(result.outcome);
    return result.outcome !== 'noSession';
  }

  #count({ totals, gauges, expiring }: CounterChanges): void {
    for (const [name, count] of Object.entries(totals)) this.totals[name] = (this.totals[name] ?? 0) + count;
    for (const [name, count] of Object.entries(gauges)) this.gauges[name] = (this.gauges[name] ?? 0) + count;
    for (const { endsAtMs, count } of expiring) {
      const sum = (this.expiring.get(endsAtMs) ?? 0) + count;
      if (sum === 0) this.expiring.delete(endsAtMs);
      else this.expiring.set(endsAtMs, sum);
    }
  }
}
