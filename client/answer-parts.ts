import type { DownFrame } from '#packets/carrying/carriage';

/** The parts of one answer, put in order: they may overtake one another and come twice. */
export class AnswerParts {
  readonly #early = new Map<number, DownFrame>();
  #next = 0;

  /** Those that are in order now that this one has come. */
  add(part: DownFrame): readonly DownFrame[] {
    if (part.part >= this.#next) this.#early.set(part.part, part);
    const ready: DownFrame[] = [];
    for (;;) {
      const frame = this.#early.get(this.#next);
      if (frame === undefined) return ready;
      this.#early.delete(this.#next);
      this.#next += 1;
      ready.push(frame);
    }
  }
}
