import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { randomSeed } from '#test/session/random-seed';
import { problemsOf } from './invariants.ts';
import { playAll, scenario } from './scenario.ts';

vi.mock('node:timers/promises', async (importOriginal) => {
  const { virtualTimers } = await import('./virtual-timers.ts');
  return virtualTimers(await importOriginal<typeof import('node:timers/promises')>());
});

const RUNS = Number(process.env['EXACTLY_ONCE_RUNS'] ?? 200);

it(`loses nothing and repeats nothing of QoS 2, whatever breaks, ${RUNS} times`, async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (each) => {
      expect(await problemsOf(await playAll(each))).toEqual([]);
    }),
    { seed: randomSeed, numRuns: RUNS, verbose: 0 },
  );
}, 3_600_000);
