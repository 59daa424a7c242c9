/** What looking at one client may use at the most, so that a run does not end beyond its budget. */
const ONE_LOOK = 25;

/** The read units of one run, and the time. */
export class Budget {
  readonly #readUnits: number;
  readonly #unitsUsed: () => number;
  readonly #hasTime: () => boolean;
  readonly #before: number;

  constructor(readUnits: number, unitsUsed: () => number, hasTime: () => boolean) {
    this.#readUnits = readUnits;
    this.#unitsUsed = unitsUsed;
    this.#hasTime = hasTime;
    this.#before = unitsUsed();
  }

  get used(): number {
    return this.#unitsUsed() - this.#before;
  }

  /** How many more looks of so many units fit into a part of the budget. */
  looks(share: number, unitsOfOne: number): number {
    const left = this.#readUnits * share - ONE_LOOK - this.used;
    return this.#hasTime() ? Math.max(0, Math.floor(left / unitsOfOne)) : 0;
  }

  /** Whether one more look fits into a part of the budget. */
  allows(share: number): boolean {
    return this.#hasTime() && this.used + ONE_LOOK <= this.#readUnits * share;
  }
}
