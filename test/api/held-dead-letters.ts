import type { DeadLetterQueue, HeldLetter } from '#operator/dead-letters/dead-letter-queue';

const LETTERS: readonly HeldLetter[] = [
  {
    id: 'letter-1',
    sentAtMs: 1_795_000_000_000,
    body: JSON.stringify({ kind: 'lookUp', clientId: '<b>x</b>', attempt: 4 }),
    receipt: 'receipt-1',
  },
  { id: 'letter-2', sentAtMs: 1_795_000_001_000, body: '<script>alert(1)</script>', receipt: 'receipt-2' },
];

/** A dead-letter queue with a letter that can be sent again, and one of which nothing can be made. */
export class HeldDeadLetters implements DeadLetterQueue {
  readonly released: string[] = [];
  readonly removed: string[] = [];

  async receive(): Promise<readonly HeldLetter[]> {
    return LETTERS;
  }

  async release(letters: readonly HeldLetter[]): Promise<void> {
    this.released.push(...letters.map(({ id }) => id));
  }

  async remove({ id }: HeldLetter): Promise<void> {
    this.removed.push(id);
  }
}
