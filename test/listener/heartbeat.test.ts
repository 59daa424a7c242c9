import { expect, test, vi } from 'vitest';
import { HeartbeatTimer } from '#listener/heartbeat';
import type { HeartbeatAnswer } from '#packets/carrying/exchange';

const EVERY_MS = 10_000;

/** A process whose signs of life are answered one after the other; the last answer stays. */
async function beating(...answers: readonly (HeartbeatAnswer | Error)[]) {
  vi.useFakeTimers();
  const heard: string[] = [];
  const logged: string[] = [];
  let givenUp = 0;
  const timer = new HeartbeatTimer({
    address: 'https://sqs.local/listener-1',
    heartbeat: async (address) => {
      const answer = answers[Math.min(heard.length, answers.length - 1)];
      heard.push(address);
      if (answer === undefined || answer instanceof Error) throw answer;
      return answer;
    },
    log: (level, message) => logged.push(`${level} ${message}`),
    givenUp: () => {
      givenUp += 1;
    },
  });
  await vi.advanceTimersByTimeAsync(2 * EVERY_MS);
  timer.stop();
  vi.useRealTimers();
  return { heard, logged, givenUp };
}

test('a process tells at once that it lives, and then every ten seconds', async () => {
  const { heard, givenUp } = await beating({ isKnown: false }, { isKnown: true });
  expect(heard).toEqual(Array(3).fill('https://sqs.local/listener-1'));
  expect(givenUp).toBe(0);
});

test('one that was known and is not any more has been given up', async () => {
  expect((await beating({ isKnown: true }, { isKnown: false }, { isKnown: true })).givenUp).toBe(1);
});

test('a sign that was not heard is logged, and the next one is given all the same', async () => {
  const { heard, logged, givenUp } = await beating(new Error('throttled'), { isKnown: false });
  expect(logged).toEqual(['WARN A sign of life was not heard']);
  expect(heard).toHaveLength(3);
  expect(givenUp).toBe(1);
});
