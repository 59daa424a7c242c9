import { behind, type Position } from '#session/position';
import type { PendingMessage } from './merge.ts';
import type { Sent, StopReason } from './send.ts';

/** Messages under way at once, each of another topic; below the broker's 100 unacknowledged ones. */
const LANES = 16;
/** Messages taken from the log and not yet delivered. */
const WAITING = 64;

interface Entry {
  readonly position: Position;
  done: boolean;
}

/**
 * Delivers one client's messages: several topics at once, one message at a time within a topic, so that the
 * order within each topic is kept. Knows up to where everything is done without a gap.
 */
export class TopicLanes {
  readonly #send: (message: PendingMessage) => Promise<Sent>;
  readonly #onDone: (message: PendingMessage, sent: Sent) => Promise<void>;
  readonly #tails = new Map<string, Promise<void>>();
  readonly #running = new Set<Promise<void>>();
  #entries: Entry[] = [];
  #underWay = 0;
  #waiters: (() => void)[] = [];
  #stopped: StopReason | undefined;
  #failure: unknown;
  #doneUpTo: Position | undefined;

  constructor(
    send: (message: PendingMessage) => Promise<Sent>,
    onDone: (message: PendingMessage, sent: Sent) => Promise<void>,
  ) {
    this.#send = send;
    this.#onDone = onDone;
  }

  get stopped(): StopReason | undefined {
    return this.#stopped;
  }

  /** Just behind the last message before which there is no gap; undefined while there is none. */
  get doneUpTo(): Position | undefined {
    return this.#doneUpTo;
  }

  /** Lets nothing more start. */
  stop(reason: StopReason): void {
    this.#stopped ??= reason;
  }

  /** Takes a message on; returns when there is room for the next one. */
  async offer(message: PendingMessage): Promise<void> {
    const entry: Entry = { position: message.position, done: false };
    this.#entries.push(entry);
    const before = this.#tails.get(message.topic) ?? Promise.resolve();
    const lane = before.then(() => this.#deliver(message, entry));
    this.#tails.set(message.topic, lane);
    this.#running.add(lane);
    const finished = lane.finally(() => {
      this.#running.delete(lane);
      if (this.#tails.get(message.topic) === lane) this.#tails.delete(message.topic);
    });
    finished.catch(() => undefined);
    while (this.#running.size >= WAITING && this.#stopped === undefined) await Promise.race(this.#running);
  }

  /** Marks a message as done that needs no delivery, such as an expired one. */
  pass(message: PendingMessage): void {
    this.#entries.push({ position: message.position, done: true });
    this.#advance();
  }

  /** Returns when nothing is under way; throws what a delivery has thrown. */
  async drain(): Promise<void> {
    while (this.#running.size > 0) await Promise.race(this.#running);
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #deliver(message: PendingMessage, entry: Entry): Promise<void> {
    if (this.#stopped !== undefined) return;
    await this.#enter();
    try {
      if (this.#stopped !== undefined) return;
      const sent = await this.#send(message);
      if (sent.outcome === 'stopped') {
        this.stop(sent.reason);
        return;
      }
      entry.done = true;
      this.#advance();
      await this.#onDone(message, sent);
    } catch (error) {
      this.#failure ??= error;
      this.stop('unavailable');
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    while (this.#underWay >= LANES) await new Promise<void>((resolve) => this.#waiters.push(resolve));
    this.#underWay += 1;
  }

  #leave(): void {
    this.#underWay -= 1;
    this.#waiters.shift()?.();
  }

  #advance(): void {
    let count = 0;
    while (this.#entries[count]?.done) count += 1;
    const last = this.#entries[count - 1];
    if (last === undefined) return;
    this.#doneUpTo = behind(last.position);
    this.#entries = this.#entries.slice(count);
  }
}
