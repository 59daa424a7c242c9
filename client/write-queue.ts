import type { ClassicLevel } from 'classic-level';
import { SessionStoreError } from './errors.ts';

export type Database = ClassicLevel<string, Buffer>;
export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: Buffer }
  | { readonly type: 'del'; readonly key: string };

interface Write {
  readonly operations: readonly Operation[];
  readonly done: (error?: Error) => void;
}

/**
 * Writes in the order in which they were asked for; what was asked for during one write goes into the next. Each
 * is on the disk, and not only on its way there, before `done` is called.
 */
export class WriteQueue {
  readonly #database: Database;
  readonly #onFailure: (error: SessionStoreError) => void;
  #waiting: Write[] = [];
  #writing: Promise<void> | undefined;
  #failure: SessionStoreError | undefined;

  constructor(database: Database, onFailure: (error: SessionStoreError) => void) {
    this.#database = database;
    this.#onFailure = onFailure;
  }

  /** `done` gets the error if this, or a write before it, has failed: after a failure nothing is written. */
  write(operations: readonly Operation[], done: (error?: Error) => void = () => {}): void {
    this.#waiting.push({ operations, done });
    this.#writing ??= this.#writeAll();
  }

  /** Everything that was asked for has been written. */
  async idle(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // What is asked for in the same turn goes along.
    await undefined;
    while (this.#waiting.length > 0) {
      const writes = this.#waiting;
      this.#waiting = [];
      await this.#writeOnce(writes.flatMap(({ operations }) => operations));
      for (const { done } of writes) done(this.#failure);
    }
    this.#writing = undefined;
  }

  async #writeOnce(operations: Operation[]): Promise<void> {
    if (this.#failure !== undefined || operations.length === 0) return;
    try {
      await this.#database.batch(operations, { sync: true });
    } catch (cause) {
      this.#failure = new SessionStoreError(
        'The session state could not be written; nothing more is sent or acknowledged until the process begins anew',
        { cause },
      );
      this.#onFailure(this.#failure);
    }
  }
}
