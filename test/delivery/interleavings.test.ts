import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomSeed } from '#test/session/random-seed';
import { ClientWorld, KEEP_ALIVE_SECONDS } from './client-world.ts';
import type { Fault } from './faults.ts';
import {
  expectDropsCounted,
  expectFewRepeats,
  expectNothingSkipped,
  expectOrder,
} from './pump-invariants.ts';

const FILTERS = ['a/1', 'a/+', 'b/#'] as const;
const TOPICS = {
  'a/1': ['a/1', 'a/+'],
  'a/2': ['a/+'],
  'b/1': ['b/#'],
} as const;
const topic = fc.constantFrom(...(Object.keys(TOPICS) as (keyof typeof TOPICS)[]));
const eventDelayMs = fc.oneof(fc.constant(30), fc.integer({ min: 0, max: 2_500 }));

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      topic,
      count: fc.integer({ min: 1, max: 12 }),
      ingestDelayMs: fc.oneof(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 9_000 })),
      commitDelayMs: fc.oneof(fc.constant(5), fc.integer({ min: 0, max: 6_000 })),
      fate: fc.oneof(
        { weight: 12, arbitrary: fc.constant('accepted' as const) },
        fc.constantFrom('notAuthorized' as const, 'tooLarge' as const, 'refused' as const),
      ),
      again: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 9_000 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      cut: fc.oneof(
        fc.record({ reason: fc.constant('CLIENT_INITIATED_DISCONNECT'), noticedMs: fc.constant(0) }),
        fc.record({ reason: fc.constant('CONNECTION_LOST'), noticedMs: fc.integer({ min: 0, max: 4_900 }) }),
        fc.record({
          reason: fc.constant('MQTT_KEEP_ALIVE_TIMEOUT'),
          noticedMs: fc.integer({ min: 0, max: KEEP_ALIVE_SECONDS * 1_500 }),
        }),
      ),
      eventDelayMs,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('connect' as const),
      filters: fc.subarray([...FILTERS]),
      eventDelayMs,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('subscribe' as const),
      filter: fc.constantFrom(...FILTERS),
      eventDelayMs,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('request' as const) }) },
);

const fault: fc.Arbitrary<Fault | undefined> = fc.option(
  fc.record({
    call: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 60 })),
    takesEffect: fc.boolean(),
    how: fc.constantFrom('fails', 'dies'),
  }),
  { nil: undefined },
);
const answer = fc.oneof(
  { weight: 10, arbitrary: fc.constant(undefined) },
  fc.constantFrom(
    'lostConfirmation' as const,
    'throttled' as const,
    'unavailable' as const,
    'timedOut' as const,
  ),
);

const scenario = fc.record({
  steps: fc.array(step, { minLength: 4, maxLength: 24 }),
  faults: fc.array(fault, { maxLength: 8 }),
  answers: fc.array(answer, { maxLength: 40 }),
  latencySeed: fc.integer(),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

function play(world: ClientWorld, each: Scenario['steps'][number]): void {
  switch (each.kind) {
    case 'publish':
      for (let count = 0; count < each.count; count += 1) world.publish(each.topic, TOPICS[each.topic], each);
      return;
    case 'cut':
      world.cut(each.cut.noticedMs, each.cut.reason, each.eventDelayMs);
      return;
    case 'connect':
      world.connect(each.filters, each.eventDelayMs);
      return;
    case 'subscribe':
      world.subscribe(each.filter, each.eventDelayMs);
      return;
    case 'request':
      world.requestDelivery();
      return;
    case 'wait':
      return;
  }
}

/** Plays a scenario, then lets the client come back and everything calm down. */
async function playAll({ steps, faults, answers, latencySeed }: Scenario): Promise<ClientWorld> {
  const world = new ClientWorld({ faults, answers, latencySeed });
  world.connect(FILTERS);
  await world.time.run(world.time.nowMs + 2_000);
  for (const each of steps) {
    play(world, each);
    await world.time.run(world.time.nowMs + 1 + (each.kind === 'wait' ? each.ms : 0));
  }
  world.cut(0, 'CONNECTION_LOST');
  await world.time.run(world.time.nowMs + 15_000);
  world.isCalm = true;
  world.connect(FILTERS);
  await world.time.run(world.time.nowMs + 15 * 60_000);
  return world;
}

describe('the pump, whatever happens in whatever order', () => {
  it('skips nothing, keeps the order of each topic, and repeats no more than it must', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (each) => {
        const world = await playAll(each);
        expect(world.session?.owesDelivery).toBe(false);
        expectNothingSkipped(world);
        expectOrder(world);
        expectFewRepeats(world);
        expectDropsCounted(world);
      }),
      { seed: randomSeed, numRuns: 300, verbose: 0 },
    );
  }, 60_000);
});
