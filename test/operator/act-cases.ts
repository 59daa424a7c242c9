import fc from 'fast-check';
import { expect } from 'vitest';
import type { HistoryEntry } from '#history/entry';
import { changeInterval } from '#operator/acts/change-interval';
import { disconnect } from '#operator/acts/disconnect';
import { dropWaiting } from '#operator/acts/drop-waiting';
import { endSession } from '#operator/acts/end-session';
import { resume } from '#operator/acts/resume';
import type { Operator, OperatorDependencies } from '#operator/dependencies';
import { readSession } from '#operator/look-ups/session-view';
import { provision } from '#operator/provision/provision';
import { waitingMessages } from '#operator/waiting/waiting';
import { exists, newestConnection, type Session } from '#session/session';
import { isSubscribed } from '#session/subscription';
import { Killer } from '#test/edge/world/killed';
import { randomSeed } from '#test/session/random-seed';
import { interrupted } from './interrupted.ts';

const PORTS = [
  'sessions',
  'subscriptions',
  'sessionStarts',
  'sessionSubscriptions',
  'routes',
  'flows',
  'broker',
  'signalSender',
  'requests',
  'history',
] as const;
const WAITING = 3;

/** What a device does next. */
export type DeviceStep = 'connects' | 'leaves';

/** A device whose connections come, go, and are closed by whoever has them; the events of that follow. */
export interface TestDevice {
  readonly isOnline: boolean;
  /** Made so far. */
  readonly connections: number;
  /** That an operator has closed while they stood. */
  readonly closed: number;
  /** One step, with the events of it; a step that is none is left out. */
  do(step: DeviceStep): Promise<void>;
  /** Events that are still to come, come. */
  settle(): Promise<void>;
}

/** A client with its device, and the operator who looks after it. */
export interface Bench {
  readonly clientId: string;
  readonly operator: Operator;
  /** Through which the device notices what is done to its connection. */
  readonly acts: OperatorDependencies;
  readonly history: readonly HistoryEntry[];
  readonly device: TestDevice;
  filter(rest: string): string;
  /** Messages come on the device's filter, and settle. */
  publish(count: number): Promise<void>;
  /** Somebody was asked to deliver. */
  isDeliveryAsked(): boolean;
}

interface World {
  readonly bench: Bench;
  readonly device: TestDevice;
  /** As the answer left it, or the device since. */
  readonly session: Session | undefined;
  readonly wasOnline: boolean;
  readonly wasKilled: boolean;
  /** While the act was going on. */
  readonly hasConnected: boolean;
}

interface Answer {
  readonly outcome: string;
  readonly session?: Session;
}

interface Act {
  readonly name: string;
  readonly run: (bench: Bench, acts: OperatorDependencies) => Promise<Answer>;
  /** Whether the answer is true, right after it. */
  readonly check: (answer: Answer, world: World) => unknown;
}

const isSameConnection = (one: Session | undefined, other: Session | undefined) =>
  one !== undefined &&
  other !== undefined &&
  newestConnection(one).sessionIdentifier === newestConnection(other).sessionIdentifier;

async function waitingOf({ bench: { clientId, acts } }: World): Promise<number> {
  const dependencies = { ...acts, logShards: 1, wills: { get: async () => undefined } };
  const state = await readSession(clientId, dependencies);
  let count = 0;
  if (state !== undefined) for await (const _ of waitingMessages(state.plan, dependencies)) count += 1;
  return count;
}

async function filtersOf({ bench: { clientId, acts } }: World): Promise<string[]> {
  return (await acts.subscriptions.list(clientId)).filter(isSubscribed).map(({ filter }) => filter);
}

export const ACTS: readonly Act[] = [
  {
    name: 'changeInterval',
    run: (bench, acts) => changeInterval(bench.clientId, 7200, bench.operator, acts),
    check({ session: told }, { session }) {
      expect(told?.sessionExpiryInterval).toBe(7200);
      if (isSameConnection(told, session)) expect(session?.sessionExpiryInterval).toBe(7200);
    },
  },
  {
    name: 'disconnect',
    run: (bench, acts) => disconnect(bench.clientId, bench.operator, acts),
    check({ outcome }, { device, wasOnline, wasKilled }) {
      // Who died may have closed it: then there is none any more.
      if (outcome === 'closed') expect(device.closed).toBeGreaterThan(0);
      else expect(device.closed === 0 || wasKilled, 'a connection was closed and not told of').toBe(true);
      if (wasOnline && device.connections === 1) expect(device.isOnline).toBe(false);
    },
  },
  {
    name: 'endSession',
    run: (bench, acts) => endSession(bench.clientId, bench.operator, acts),
    check({ session: told }, { session, bench }) {
      expect(told?.status).toBe('ended');
      if (exists(session, bench.acts.clock())) expect(session.incarnation).not.toBe(told?.incarnation);
    },
  },
  {
    name: 'dropWaiting',
    run: (bench, acts) => dropWaiting(bench.clientId, bench.operator, acts),
    async check(answer, world) {
      expect(await waitingOf(world)).toBe(0);
      const { dropped } = answer as Answer & { readonly dropped: number };
      const counted = world.session?.drops.operator ?? 0;
      // A crash loses the count and counts nothing twice.
      if (world.wasKilled) expect(counted).toBeLessThanOrEqual(WAITING);
      else expect(counted).toBe(dropped);
    },
  },
  {
    name: 'resume',
    run: (bench, acts) => resume(bench.clientId, bench.operator, acts),
    check({ outcome }, { bench, device, wasOnline, hasConnected }) {
      // A connection that has begun meanwhile looks by itself.
      const isLookedFor = bench.isDeliveryAsked() || hasConnected || !device.isOnline;
      if (outcome === 'requested') expect(isLookedFor).toBe(true);
      else expect(wasOnline && device.isOnline && device.connections === 1).toBe(false);
    },
  },
  {
    name: 'provision',
    run: (bench, acts) => {
      const subscriptions = ['a', 'b'].map((rest) => ({ filter: bench.filter(rest), qos: 1 as const }));
      const wanted = { sessionExpiryInterval: 7200, subscriptions };
      return provision(bench.clientId, wanted, bench.operator, acts);
    },
    async check({ outcome, session: told }, world) {
      const { bench, device, hasConnected } = world;
      if (outcome === 'refused') return expect(device.connections).toBeGreaterThan(0);
      // The next connection has the interval of its policy.
      if (!hasConnected) expect(told?.sessionExpiryInterval).toBe(7200);
      const both = [bench.filter('a'), bench.filter('b')];
      expect(await filtersOf(world)).toEqual(expect.arrayContaining(both));
    },
  },
];

const step = fc.constantFrom<DeviceStep>('connects', 'leaves');
const scene = fc.record({
  before: fc.constantFrom<readonly DeviceStep[]>([], ['connects'], ['connects', 'leaves']),
  during: fc.array(fc.record({ step, call: fc.integer({ min: 1, max: 9 }) }), { maxLength: 2 }),
  after: fc.array(step, { maxLength: 2 }),
  kill: fc.option(fc.record({ call: fc.integer({ min: 0, max: 9 }), afterwards: fc.boolean() })),
});

/**
 * Tries an act in scenes: the device does something before it, between any of its calls and after it, and who acts dies
 * at one of them and is asked again.
 */
export async function expectTruth(
  { name, run, check }: Act,
  newBench: () => Bench,
  numRuns: number,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(scene, async ({ before, during, after, kill }) => {
      const bench = newBench();
      const { clientId, device, acts } = bench;
      for (const each of before) await device.do(each);
      await bench.publish(WAITING);
      const { isOnline: wasOnline, connections } = device;
      const killer = new Killer(kill?.call ?? Number.POSITIVE_INFINITY, kill?.afterwards ?? false);
      const among = interrupted(acts, async (call) => {
        for (const each of during) if (each.call === call) await device.do(each.step);
      });
      const first = await run(bench, killer.threaten(among.acts, PORTS)).catch((error: unknown) => {
        if (!killer.hasStruck) throw error;
        return undefined;
      });
      const answer = first ?? (await run(bench, among.acts));
      const wasKilled = first === undefined;
      const hasConnected = device.connections > connections;
      const session = await acts.sessions.get(clientId);
      const isDone = answer.outcome !== 'notFound';
      // Of each call that was answered one entry, and of the one that was killed at most one.
      const entries = bench.history.filter((entry) => entry.type === 'operator' && entry.act === name).length;
      const least = isDone && answer.outcome !== 'refused' ? 1 : 0;
      expect(entries).toBeGreaterThanOrEqual(least);
      expect(entries).toBeLessThanOrEqual(least + Number(wasKilled));
      if (isDone) await check(answer, { bench, device, session, wasOnline, wasKilled, hasConnected });
      else if (!wasKilled) expect(before.length === 0 || name === 'endSession').toBe(true);
      for (const each of after) await device.do(each);
      await device.settle();
      const last = await acts.sessions.get(clientId);
      const isThere = exists(last, acts.clock());
      expect(isThere && last.status === 'connected').toBe(device.isOnline);
      if (name === 'endSession' && isThere) expect(last.incarnation).not.toBe(answer.session?.incarnation);
    }),
    { seed: randomSeed, numRuns },
  );
}
