import type { IotDisturbance } from './options.ts';

/** Delays and doubles events as it is told; different delays also change their order. */
export class Disturber {
  readonly #disturbance: IotDisturbance;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(disturbance: IotDisturbance = {}) {
    this.#disturbance = disturbance;
  }

  /** Resolves with what is done at once; nobody waits for what is done later. */
  async run(task: () => void | Promise<void>): Promise<void> {
    const copies = this.#disturbance.duplicateEvent?.() ? 2 : 1;
    const atOnce = Array.from({ length: copies }, () =>
      this.#later(this.#disturbance.delayEventMs?.() ?? 0, task),
    );
    await Promise.all(atOnce);
  }

  failure(operation: string, clientId: string): ReturnType<NonNullable<IotDisturbance['failRequest']>> {
    return this.#disturbance.failRequest?.(operation, clientId);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #later(delayMs: number, task: () => void | Promise<void>): void | Promise<void> {
    if (delayMs <= 0) return task();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void task();
    }, delayMs);
    this.#timers.add(timer);
  }
}
