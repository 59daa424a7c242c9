import fc from 'fast-check';
import { VirtualTime } from '#test/delivery/virtual-time';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import type { Fault } from './invocation.ts';
import type { Cut } from './link.ts';
import type { WorldClientOptions } from './packet-world.ts';
import { PacketWorld } from './packet-world.ts';
import { useTime } from './virtual-timers.ts';

const START_MS = 1_795_000_000_000;
/** Nothing takes this long, with as few disturbances as a scenario has. */
const LONGEST_MS = 3_600_000;

const CLIENTS: Readonly<Record<string, Omit<WorldClientOptions, 'receiveMaximum'>>> = {
  old: { clientId: 'old', protocolVersion: 4, subscriptions: [] },
  both: { clientId: 'both', protocolVersion: 5, subscriptions: [{ filter: 'a/#', qos: 2 }] },
  overlapping: {
    clientId: 'overlapping',
    protocolVersion: 5,
    subscriptions: [
      { filter: 'a/+', qos: 2, subscriptionIdentifier: 1 },
      { filter: '#', qos: 1, subscriptionIdentifier: 2 },
    ],
  },
  plain: {
    clientId: 'plain',
    protocolVersion: 4,
    subscriptions: [
      { filter: 'a/1', qos: 1 },
      { filter: 'b/#', qos: 2 },
    ],
  },
  member: { clientId: 'member', protocolVersion: 5, subscriptions: [{ filter: '$share/g/+/1', qos: 2 }] },
  other: { clientId: 'other', protocolVersion: 5, subscriptions: [{ filter: '$share/g/+/1', qos: 2 }] },
};
const PUBLISHERS = ['old', 'both'] as const;

const fewMs = (most: number) =>
  fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 20 }) }, { weight: 1, arbitrary: fc.nat({ max: most }) });

const noticedMs = fc.option(fewMs(5_000), { nil: undefined });

function withKills<Value extends { readonly kills: boolean }>({ kills, ...rest }: Value) {
  return { ...rest, ...(kills && { kills }) };
}

const cut: fc.Arbitrary<Cut> = fc
  .record({
    direction: fc.constantFrom('up' as const, 'down' as const),
    packets: fc.nat({ max: 9 }),
    when: fc.constantFrom('arrived' as const, 'next' as const),
    noticedMs,
    kills: fc.boolean(),
  })
  .map(withKills);

const fault: fc.Arbitrary<Fault> = fc
  .record({
    call: fc.oneof(fc.nat({ max: 8 }), fc.nat({ max: 40 })),
    takesEffect: fc.boolean(),
    how: fc.constantFrom('fails', 'dies', 'stalls'),
    stallMs: fc.oneof(fc.nat({ max: 3_000 }), fc.nat({ max: 15_000 })),
    kills: fc.nat({ max: 4 }).map((one) => one === 0),
  })
  .map(withKills);

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      publisher: fc.constantFrom(...PUBLISHERS),
      topic: fc.constantFrom('a/1', 'a/2', 'b/1'),
      qos: fc.constantFrom(2 as const, 2 as const, 1 as const, 0 as const),
      count: fc.integer({ min: 1, max: 3 }),
      retain: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fewMs(12_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      clientId: fc.constantFrom(...Object.keys(CLIENTS)),
      noticedMs,
    }),
  },
);

/** At random places of the first `most`. */
const sparse = <Value>(value: fc.Arbitrary<Value>, most: number, maxLength: number) =>
  fc.array(fc.record({ at: fc.nat({ max: most }), value }), { maxLength }).map((all) => {
    const places: (Value | undefined)[] = [];
    for (const each of all) places[each.at] = each.value;
    return places;
  });

export const scenario = fc.record({
  subscribers: fc.subarray(['overlapping', 'plain', 'member', 'other'], { minLength: 1 }),
  receiveMaximum: fc.constantFrom(1, 2, 3, 65_535),
  sendWindow: fc.constantFrom(1, 3, 10),
  steps: fc.array(step, { minLength: 1, maxLength: 12 }),
  cuts: sparse(cut, 15, 6),
  faults: sparse(fault, 80, 6),
  twins: sparse(fc.constant(true as const), 60, 4),
  lagMs: fc.constantFrom(0, 900),
  seed: fc.nat(),
});

export type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

function play(world: PacketWorld, each: Scenario['steps'][number]): void {
  if (each.kind === 'publish') {
    for (let count = 0; count < each.count; count += 1)
      world.publish(each.publisher, each.topic, each.qos, each.retain && each.qos === 2);
  }
  if (each.kind === 'cut') world.clients.get(each.clientId)?.cut(each.noticedMs);
}

/** Plays a scenario until everything has calmed down. */
export async function playAll(scene: Scenario): Promise<PacketWorld> {
  const { subscribers, receiveMaximum, steps, lagMs, ...disturbed } = scene;
  const time = new VirtualTime(START_MS);
  useTime(time);
  const longest = { latencyMs: 5, storeMs: 3, thinkMs: 10, backoffMs: 60 };
  const tables = memoryTables({ clock: time.clock, lagMs });
  const world = new PacketWorld({ ...disturbed, time, tables, longest });
  for (const name of [...PUBLISHERS, ...subscribers]) {
    const options = CLIENTS[name];
    // 3.1.1 has none.
    const maximum = options?.protocolVersion === 4 ? 65_535 : receiveMaximum;
    if (options !== undefined) world.add({ ...options, receiveMaximum: maximum });
  }
  while (![...world.clients.values()].every(({ isSubscribed }) => isSubscribed)) {
    await time.run(time.nowMs + 1_000);
    if (time.nowMs > START_MS + LONGEST_MS) throw new Error('The clients were never subscribed');
  }
  for (const each of steps) {
    play(world, each);
    await time.run(time.nowMs + (each.kind === 'wait' ? each.ms : 1));
  }
  await time.run(time.nowMs + LONGEST_MS);
  useTime(undefined);
  return world;
}
