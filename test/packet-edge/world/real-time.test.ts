import { expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { realTime } from './real-time.ts';

/** Nothing else gets to run, and Node's own clock stands still. */
function holdUpUntil(atMs: number): void {
  while (Date.now() < atMs);
}

it('lets things happen in the order in which they are due, however busy the process is', async () => {
  const time = realTime();
  const happened: string[] = [];
  const nowMs = time.clock();
  time.at(nowMs + 6, () => happened.push('third'));
  time.at(nowMs + 5, () => {
    happened.push('first');
    time.at(nowMs + 5, () => happened.push('second'));
  });
  holdUpUntil(nowMs + 4);
  time.at(nowMs + 6, () => happened.push('fourth'));
  await eventually(() => expect(happened).toEqual(['first', 'second', 'third', 'fourth']));
});
