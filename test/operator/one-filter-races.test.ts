import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subscriptionsOfLife } from '#session/delivery/due';
import { exists } from '#session/session';
import { parseSharedFilter } from '#session/topics/topic-filter';
import { Killer } from '#test/edge/world/killed';
import { randomSeed } from '#test/session/random-seed';
import { type FilterWorld, lifecycleWorld, operate, packetWorld } from './filter-device.ts';
import { after, type Modelled, moved, NOTHING, STEPS, type Step } from './filter-model.ts';
import { interrupted } from './interrupted.ts';

const PORTS = ['sessions', 'subscriptions', 'sessionSubscriptions', 'routes', 'requests', 'history'] as const;

const step = fc.constantFrom(...STEPS);
const scene = fc.record({
  before: fc.array(step, { maxLength: 5 }),
  act: fc.constantFrom('operator subscribes a', 'operator unsubscribes a'),
  during: fc.array(
    fc.record({
      call: fc.integer({ min: 1, max: 7 }),
      steps: fc.array(step, { minLength: 1, maxLength: 3 }),
    }),
    { maxLength: 2 },
  ),
  kill: fc.option(fc.record({ call: fc.integer({ min: 0, max: 8 }), afterwards: fc.boolean() })),
});
type Act = 'operator subscribes a' | 'operator unsubscribes a';

const isAct = (each: Step): each is Act => each.startsWith('operator');

function happen(world: FilterWorld, each: Step): Promise<unknown> {
  return isAct(each) ? operate(world, each, world.desk.acts) : world.device(each);
}

/** What is held in the end, by whom it was subscribed last. */
async function heldIn({ desk, filter }: FilterWorld): Promise<Modelled['filters']> {
  const { sessions, subscriptions, clock } = desk.acts;
  const session = await sessions.get(desk.clientId);
  if (!exists(session, clock())) return {};
  const held = subscriptionsOfLife(session, await subscriptions.list(desk.clientId));
  const nameOf = (of: string) => ['a', 'b'].find((rest) => filter(rest) === of) ?? of;
  return Object.fromEntries(
    held.map((each) => [nameOf(each.filter), each.isProvisioned ? 'operator' : 'device'] as const),
  );
}

/** What there may be when an act is one step among those that were made meanwhile, in the place of which `isPlace`. */
function possible(
  state: Modelled,
  meanwhile: readonly Step[],
  act: Act,
  { edge }: FilterWorld,
  isPlace: (place: number) => boolean,
) {
  return [...meanwhile, act].flatMap((_, place) => {
    if (!isPlace(place)) return [];
    const then = moved(after(state, meanwhile.slice(0, place), edge), act, edge);
    return [{ outcome: then.outcome, place, held: after(then.state, meanwhile.slice(place), edge).filters }];
  });
}

async function expectSomeOrder(world: FilterWorld, { before, act, during, kill }: Scene): Promise<void> {
  const { edge, desk } = world;
  for (const each of before) await happen(world, each);
  const start = after(NOTHING, before, edge);
  const meanwhile: Step[] = [];
  const among = interrupted(desk.acts, async (call) => {
    for (const each of during) {
      for (const one of each.call === call ? each.steps : []) {
        meanwhile.push(one);
        await happen(world, one);
      }
    }
  });
  const killer = new Killer(kill?.call ?? Number.POSITIVE_INFINITY, kill?.afterwards ?? false);
  const first = await operate(world, act, killer.threaten(among.acts, PORTS)).catch((error: unknown) => {
    if (!killer.hasStruck) throw error;
    return undefined;
  });
  const diedAt = meanwhile.length;
  const outcome = first ?? (await operate(world, act, among.acts));
  const held = await heldIn(world);
  const ways =
    first === undefined
      ? orders(start, meanwhile, act, world, diedAt)
      : possible(start, meanwhile, act, world, () => true);
  expect(ways.map((way) => ({ outcome: way.outcome, held: way.held }))).toContainEqual({ outcome, held });
  for (const filter of Object.keys(held)) {
    const { filter: routed } = parseSharedFilter(world.filter(filter));
    expect(await desk.acts.routes.get(routed), `the route of ${filter}`).toBeDefined();
  }
}

type Scene = typeof scene extends fc.Arbitrary<infer Value> ? Value : never;

/** Who died may have done it before, or not at all; who asked again has done it after that death. */
function orders(start: Modelled, meanwhile: readonly Step[], act: Act, world: FilterWorld, diedAt: number) {
  const isLater = (place: number) => place >= diedAt;
  const twice = meanwhile.slice(0, diedAt + 1).flatMap((_, place) => {
    const done = [...meanwhile.slice(0, place), act, ...meanwhile.slice(place)];
    return possible(start, done, act, world, (at) => at > diedAt);
  });
  const atDeath = possible(
    start,
    [...meanwhile.slice(0, diedAt), act, ...meanwhile.slice(diedAt)],
    act,
    world,
    (at) => at > diedAt,
  );
  return [...possible(start, meanwhile, act, world, isLater), ...twice, ...atDeath];
}

describe('a filter that an operator subscribes or unsubscribes among all that happens is as some order leaves it', () => {
  it.each([
    ['lifecycle', lifecycleWorld, 1_000],
    ['packets', packetWorld, 1_000],
  ] as const)(
    'at the edge %s',
    async (_, newWorld, numRuns) => {
      await fc.assert(
        fc.asyncProperty(scene, async (each) => {
          await expectSomeOrder(newWorld(), each);
        }),
        { seed: randomSeed, numRuns },
      );
    },
    60_000,
  );
});
