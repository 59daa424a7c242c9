interface Remembered<Value> {
  readonly value: Value;
  readonly untilMs: number;
}

/** Remembers values for a short time, and not more than a maximum of them; failed promises not at all. */
export class RecentValues<Value extends Promise<unknown>> {
  readonly #clock: () => number;
  readonly #forMs: number;
  readonly #maximum: number;
  /** In order of insertion, which is the order of their end. */
  readonly #values = new Map<string, Remembered<Value>>();

  constructor({ clock, forMs, maximum }: { clock: () => number; forMs: number; maximum: number }) {
    this.#clock = clock;
    this.#forMs = forMs;
    this.#maximum = maximum;
  }

  get(key: string): Value | undefined {
    const remembered = this.#values.get(key);
    if (remembered === undefined || remembered.untilMs <= this.#clock()) return undefined;
    return remembered.value;
  }

  set(key: string, value: Value): Value {
    this.#values.delete(key);
    const remembered = { value, untilMs: this.#clock() + this.#forMs };
    this.#values.set(key, remembered);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#maximum) break;
      this.#values.delete(oldest);
    }
    value.catch(() => {
      if (this.#values.get(key) === remembered) this.#values.delete(key);
    });
    return value;
  }
}
