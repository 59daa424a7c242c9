import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { randomSeed } from '#test/session/random-seed';
import { useTables } from '#test/store/dynamodb/started-tables';
import { cutsOf, type Disturbance, faultsOf, twinsOf } from './disturbances.ts';
import { problemsOf } from './invariants.ts';
import { sendOneMessage } from './one-message.ts';
import type { PacketWorld } from './packet-world.ts';
import { realTime } from './real-time.ts';

/** Of all disturbances; EXACTLY_ONCE_STEPS=2000 takes each of them, however long it takes. */
const ASKED_STEPS = process.env['EXACTLY_ONCE_STEPS'];
const STEPS = Number(ASKED_STEPS ?? 60);
/** Unasked it begins no further step after so long: on a busy machine it is fewer of them. */
const LONGEST_MS = ASKED_STEPS === undefined ? 8_000 : Number.POSITIVE_INFINITY;
const AT_ONCE = 10;
/** Longer than an invocation takes on a busy machine, so that nothing is asked twice without need. */
const TIMEOUT_MS = 60_000;
const CALM_MS = 60_000;

const tables = useTables();

/** Who only waits for an answer learns late that there is none: in real time that takes too long. */
function isNoticedAtOnce({ faults = [] }: Disturbance): boolean {
  const fault = faults.at(-1);
  return fault?.how === 'fails' || fault?.kills === true;
}

async function played(disturbance: Disturbance): Promise<PacketWorld> {
  const kind = {
    publisherVersion: 5,
    qos: 2,
    time: realTime(),
    tables: tables(),
    timeoutMs: TIMEOUT_MS,
  } as const;
  const prefix = `${randomUUID()}-`;
  const world = await sendOneMessage({ ...kind, ...disturbance, prefix }, (now, isDone) =>
    eventually(() => expect(now.isIdle && isDone()).toBe(true), CALM_MS),
  );
  await eventually(
    async () => expect(await problemsOf(world), JSON.stringify(disturbance)).toEqual([]),
    CALM_MS,
  );
  return world;
}

it(`one QoS 2 message arrives once on DynamoDB Local, whatever breaks at up to ${STEPS} of its steps`, async () => {
  const undisturbed = await played({});
  undisturbed.stop();
  const faults = [...faultsOf(undisturbed)].filter(isNoticedAtOnce);
  const all = [...faults, ...cutsOf(undisturbed), ...twinsOf(undisturbed)];
  const [chosen = []] = fc.sample(fc.shuffledSubarray(all, { minLength: Math.min(STEPS, all.length) }), {
    seed: randomSeed,
    numRuns: 1,
  });
  const waiting = chosen.slice(0, STEPS);
  const worlds: PacketWorld[] = [];
  const startedAtMs = Date.now();
  const work = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      worlds.push(await played(next));
      if (Date.now() - startedAtMs > LONGEST_MS) break;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const world of worlds) {
    expect(await problemsOf(world)).toEqual([]);
    world.stop();
  }
  expect(worlds.length).toBeGreaterThanOrEqual(Math.min(STEPS, AT_ONCE));
}, 1_200_000);
