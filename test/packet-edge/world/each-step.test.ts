import { describe, expect, it, vi } from 'vitest';
import { VirtualTime } from '#test/delivery/virtual-time';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { cutsOf, type Disturbance, faultsOf, twinsOf } from './disturbances.ts';
import { problemsOf } from './invariants.ts';
import { type OneMessage, sendOneMessage } from './one-message.ts';
import type { PacketWorld } from './packet-world.ts';
import { useTime } from './virtual-timers.ts';

vi.mock('node:timers/promises', async (importOriginal) => {
  const { virtualTimers } = await import('./virtual-timers.ts');
  return virtualTimers(await importOriginal<typeof import('node:timers/promises')>());
});

const START_MS = 1_795_000_000_000;
/** Longer than any carrier waits, and all that it waits for. */
const CALM_MS = 60_000;
/** Until its carrier has long tried again. */
const STALL_MS = 5_000;

type Kind = Pick<OneMessage, 'publisherVersion' | 'qos'>;

async function played(kind: Kind, disturbance: Disturbance): Promise<PacketWorld> {
  const time = new VirtualTime(START_MS);
  useTime(time);
  const tables = memoryTables({ clock: time.clock });
  const world = await sendOneMessage({ ...kind, ...disturbance, time, tables }, () =>
    time.run(time.nowMs + CALM_MS),
  );
  useTime(undefined);
  return world;
}

describe.each<Kind>([
  { publisherVersion: 4, qos: 2 },
  { publisherVersion: 5, qos: 2 },
])('a message of QoS $qos from a client of version $publisherVersion', (kind) => {
  it.each([
    [
      'the function fails, dies or stands still at each of its calls',
      (world: PacketWorld) => faultsOf(world, STALL_MS),
      150,
    ],
    ['the link is cut after each packet', cutsOf, 60],
    ['each request is handled by two instances at once', twinsOf, 6],
  ])('arrives as it should when %s', async (_, disturbancesOf, least) => {
    const undisturbed = await played(kind, {});
    expect(await problemsOf(undisturbed)).toEqual([]);
    let count = 0;
    for (const disturbance of disturbancesOf(undisturbed)) {
      const problems = await problemsOf(await played(kind, disturbance));
      expect(problems, JSON.stringify(disturbance)).toEqual([]);
      count += 1;
    }
    expect(count).toBeGreaterThan(least);
  });
});
