import { setImmediate } from 'node:timers/promises';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly wake: () => void;
}

/** A clock that stands still while anything runs and then jumps to what is due next. */
export class VirtualTime {
  nowMs: number;
  #timers: Timer[] = [];
  #count = 0;

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  readonly clock = (): number => this.nowMs;

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      this.at(this.nowMs + milliseconds, resolve);
    });

  /** Lets time pass until something holds, at most so long. */
  async until(holds: () => boolean, mostMs: number): Promise<void> {
    const endMs = this.nowMs + mostMs;
    while (!holds() && this.nowMs < endMs) await this.sleep(1);
  }

  /** Does something at a time, after everything that is due before it. */
  at(atMs: number, wake: () => void): void {
    this.#count += 1;
    this.#timers.push({ atMs: Math.max(atMs, this.nowMs), order: this.#count, wake });
  }

  /** Runs until nothing is due any more, or until a time. */
  async run(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    for (;;) {
      await setImmediate();
      this.#timers.sort((one, other) => one.atMs - other.atMs || one.order - other.order);
      const [next] = this.#timers;
      if (next === undefined || next.atMs > untilMs) break;
      this.#timers.shift();
      this.nowMs = next.atMs;
      next.wake();
    }
    if (Number.isFinite(untilMs)) this.nowMs = Math.max(this.nowMs, untilMs);
  }
}

/** Runs something to its end while time passes. */
export async function elapse<Result>(time: VirtualTime, work: Promise<Result>): Promise<Result> {
  let isDone = false;
  const settled = work.finally(() => {
    isDone = true;
  });
  settled.catch(() => undefined);
  while (!isDone) await time.run(time.nowMs + 1_000);
  return settled;
}
