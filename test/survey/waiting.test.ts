import { expect, it } from 'vitest';
import { positionAt } from '#session/position';
import { countWaiting, type WaitingMessage } from '#survey/waiting';

const START_MS = 1_795_000_000_000;
const CAP = { messages: 10, bytes: 1_000 };

/** Messages of 50 bytes, one a second. */
async function* messages(count: number, more: Partial<WaitingMessage> = {}) {
  for (let index = 0; index < count; index += 1) {
    yield { position: positionAt(START_MS + index * 1_000), filter: 'a/#', bytes: 50, ...more };
  }
}

it('is nothing for a client that has everything', async () => {
  const waiting = await countWaiting(messages(0), CAP, START_MS);
  expect(waiting).toEqual({ messages: 0, bytes: 0, byFilter: new Map(), isEstimate: false });
});

it('is exact up to the cap', async () => {
  const waiting = await countWaiting(messages(10), CAP, START_MS + 60_000);
  expect(waiting).toEqual({
    messages: 10,
    bytes: 500,
    byFilter: new Map([['a/#', 10]]),
    isEstimate: false,
  });
});

it('is told by filter', async () => {
  async function* mixed() {
    yield* messages(2);
    yield* messages(3, { filter: 'b' });
  }
  const { byFilter } = await countWaiting(mixed(), CAP, START_MS);
  expect(byFilter).toEqual(
    new Map([
      ['a/#', 2],
      ['b', 3],
    ]),
  );
});

it('goes on as it began beyond the cap: one a second for a hundred seconds are a hundred', async () => {
  const waiting = await countWaiting(messages(100), CAP, START_MS + 100_000);
  expect(waiting).toMatchObject({ messages: 100, bytes: 5_000, isEstimate: true });
});

it('is at least one more than the cap, also when the next message has only just come', async () => {
  const waiting = await countWaiting(messages(11), CAP, START_MS + 10_000);
  expect(waiting).toMatchObject({ messages: 11, isEstimate: true });
});

it('stops at a number of bytes too, and reads no further', async () => {
  let taken = 0;
  async function* large() {
    for await (const message of messages(100, { bytes: 600 })) {
      taken += 1;
      yield message;
    }
  }
  expect(await countWaiting(large(), CAP, START_MS + 100_000)).toMatchObject({
    messages: 100,
    isEstimate: true,
  });
  expect(taken).toBe(3);
});
