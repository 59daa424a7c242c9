import type { SessionPolicy } from '../configuration/policy.ts';
import type { Position } from '../position.ts';
import type { DropReason } from './drop-reasons.ts';

/** One waiting message, as far as limits are concerned. */
export interface Waiting {
  readonly position: Position;
  readonly topic: string;
  readonly bytes: number;
}

export interface Overflow {
  /** The waiting messages from here (inclusive) to there (exclusive) give way. */
  readonly from: Position;
  readonly upTo: Position;
  readonly counts: Readonly<Partial<Record<DropReason, number>>>;
  /** The last few that give way. */
  readonly last: readonly (Waiting & { readonly reason: DropReason })[];
}

type Limits = Pick<SessionPolicy, 'maximumPendingMessages' | 'maximumPendingBytes' | 'overflow'>;

/** How many dropped messages are kept by name. */
export const NAMED_DROPS = 3;

/**
 * Decides which of the messages waiting for a session give way, as if each had been refused or had pushed
 * another one out when it came. Messages are shown to it in order; it keeps only what may still give way.
 */
export class OverflowMeter {
  readonly #limits: Limits;
  #kept: Waiting[] = [];
  #keptFrom = 0;
  #bytes = 0;
  #counts: Partial<Record<DropReason, number>> = {};
  #last: (Waiting & { reason: DropReason })[] = [];
  #first: Position | undefined;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get #size(): number {
    return this.#kept.length - this.#keptFrom;
  }

  add(waiting: Waiting): void {
    if (this.#limits.overflow === 'drop-newest') this.#addOrRefuse(waiting);
    else this.#addAndPushOut(waiting);
  }

  #excess(messages: number, bytes: number): DropReason | undefined {
    if (messages > this.#limits.maximumPendingMessages) return 'overflowMessages';
    return bytes > this.#limits.maximumPendingBytes ? 'overflowBytes' : undefined;
  }

  #addOrRefuse(waiting: Waiting): void {
    // What comes after a refused message is refused too, so that no gap appears in the order.
    const last = this.#last.at(-1)?.reason;
    const reason = this.#excess(this.#size + 1, this.#bytes + waiting.bytes) ?? last;
    if (reason !== undefined) {
      this.#drop(waiting, reason);
      return;
    }
    this.#keep(waiting);
  }

  #addAndPushOut(waiting: Waiting): void {
    this.#keep(waiting);
    for (;;) {
      const reason = this.#excess(this.#size, this.#bytes);
      const oldest = this.#kept[this.#keptFrom];
      if (reason === undefined || oldest === undefined) return;
      this.#keptFrom += 1;
      this.#bytes -= oldest.bytes;
      this.#drop(oldest, reason);
      if (this.#keptFrom > this.#limits.maximumPendingMessages) {
        this.#kept = this.#kept.slice(this.#keptFrom);
        this.#keptFrom = 0;
      }
    }
  }

  #keep(waiting: Waiting): void {
    this.#kept.push(waiting);
    this.#bytes += waiting.bytes;
  }

  #drop(waiting: Waiting, reason: DropReason): void {
    this.#first ??= waiting.position;
    this.#counts = { ...this.#counts, [reason]: (this.#counts[reason] ?? 0) + 1 };
    this.#last = [...this.#last, { ...waiting, reason }].slice(-NAMED_DROPS);
  }

  /** What gives way; undefined when everything fits. `end` is behind the last message shown. */
  result(end: Position): Overflow | undefined {
    if (this.#first === undefined) return undefined;
    const oldestKept = this.#kept[this.#keptFrom]?.position ?? end;
    const upTo = this.#limits.overflow === 'drop-oldest' ? oldestKept : end;
    return { from: this.#first, upTo, counts: this.#counts, last: this.#last };
  }
}
