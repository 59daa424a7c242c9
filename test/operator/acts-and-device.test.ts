import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeInterval } from '#operator/change-interval';
import type { OperatorDependencies } from '#operator/dependencies';
import { disconnect } from '#operator/disconnect';
import { dropWaiting } from '#operator/drop-waiting';
import { endSession } from '#operator/end-session';
import { provision } from '#operator/provision';
import { resume } from '#operator/resume';
import { readSession } from '#operator/session-view';
import { waitingMessages } from '#operator/waiting';
import { exists, newestConnection, type Session } from '#session/session';
import { apiDependencies } from '#test/api/api-on-tables';
import { SECOND, settings } from '#test/edge/edge';
import { Killer } from '#test/edge/killed';
import { useTables } from '#test/edge/started-tables';
import { randomSeed } from '#test/session/random-seed';
import { Desk } from './desk.ts';
import { Device, type DeviceStep } from './device.ts';
import { interrupted } from './interrupted.ts';

const tables = useTables();
const PORTS = [
  'sessions',
  'subscriptions',
  'sessionStarts',
  'routes',
  'broker',
  'requests',
  'history',
] as const;
const WAITING = 3;

interface World {
  readonly desk: Desk;
  readonly device: Device;
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
  readonly run: (desk: Desk, acts: OperatorDependencies) => Promise<Answer>;
  /** Whether the answer is true, right after it. */
  readonly check: (answer: Answer, world: World) => unknown;
}

const isSameConnection = (one: Session | undefined, other: Session | undefined) =>
  one !== undefined &&
  other !== undefined &&
  newestConnection(one).sessionIdentifier === newestConnection(other).sessionIdentifier;

async function waitingOf({ desk }: World): Promise<number> {
  const policies = [{ sessionExpiryInterval: 3600 }];
  const dependencies = apiDependencies(tables(), { policies, clock: () => desk.nowMs });
  const state = await readSession(desk.clientId, dependencies);
  let count = 0;
  if (state !== undefined) for await (const _ of waitingMessages(state.plan, dependencies)) count += 1;
  return count;
}

const ACTS: readonly Act[] = [
  {
    name: 'changeInterval',
    run: (desk, acts) => changeInterval(desk.clientId, 7200, desk.operator, acts),
    check({ session: told }, { session }) {
      expect(told?.sessionExpiryInterval).toBe(7200);
      if (isSameConnection(told, session)) expect(session?.sessionExpiryInterval).toBe(7200);
    },
  },
  {
    name: 'disconnect',
    run: (desk, acts) => disconnect(desk.clientId, desk.operator, acts),
    check({ outcome }, { device, wasOnline, wasKilled }) {
      // Who died may have closed it: then there is none any more.
      if (outcome === 'closed') expect(device.closed).toBeGreaterThan(0);
      else expect(device.closed === 0 || wasKilled, 'a connection was closed and not told of').toBe(true);
      if (wasOnline && device.connections === 1) expect(device.isOnline).toBe(false);
    },
  },
  {
    name: 'endSession',
    run: (desk, acts) => endSession(desk.clientId, desk.operator, acts),
    check({ session: told }, { session, desk }) {
      expect(told?.status).toBe('ended');
      if (exists(session, desk.nowMs)) expect(session.incarnation).not.toBe(told?.incarnation);
    },
  },
  {
    name: 'dropWaiting',
    run: (desk, acts) => dropWaiting(desk.clientId, desk.operator, acts),
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
    run: (desk, acts) => resume(desk.clientId, desk.operator, acts),
    check({ outcome }, { desk, device, wasOnline }) {
      const asked = desk.requests.of('deliveries').length > 0;
      if (outcome === 'requested') expect(asked).toBe(true);
      else expect(wasOnline && device.isOnline && device.connections === 1).toBe(false);
    },
  },
  {
    name: 'provision',
    run: (desk, acts) => {
      const subscriptions = ['a', 'b'].map((rest) => ({ filter: desk.filter(rest), qos: 1 as const }));
      const wanted = { sessionExpiryInterval: 7200, subscriptions };
      return provision(desk.clientId, wanted, desk.operator, acts);
    },
    async check({ outcome, session: told }, { desk, device, hasConnected }) {
      if (outcome === 'refused') return expect(device.connections).toBeGreaterThan(0);
      // The next connection has the interval of its policy.
      if (!hasConnected) expect(told?.sessionExpiryInterval).toBe(7200);
      const held = await desk.filters();
      expect(held).toEqual(expect.arrayContaining([desk.filter('a'), desk.filter('b')]));
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

async function withMessages(desk: Desk): Promise<void> {
  const dependencies = { filter: desk.filter('a'), shards: 1, retainSeconds: 100_000 };
  for (let index = 0; index < WAITING; index += 1) {
    desk.nowMs += SECOND;
    const [receivedAtMs, payload] = [desk.nowMs, Buffer.from(String(index))];
    const message = {
      messageId: `m${index}`,
      topic: desk.filter('a'),
      payload,
      qos: 1 as const,
      receivedAtMs,
    };
    await desk.messages.append({ ...dependencies, message });
  }
  desk.nowMs += settings.settleSeconds * SECOND;
}

describe('an act among what the device does, and with a death between any two calls, tells the truth', () => {
  it.each(ACTS)('$name', async ({ name, run, check }) => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ before, during, after, kill }) => {
        const desk = new Desk(tables(), { sessionExpiryInterval: 3600 });
        const device = new Device(desk);
        desk.broker.grant(desk.filter('a'));
        for (const each of before) await device.do(each);
        await withMessages(desk);
        desk.requests.all.length = 0;
        const wasOnline = device.isOnline;
        const { connections } = device;
        const killer = new Killer(kill?.call ?? Number.POSITIVE_INFINITY, kill?.afterwards ?? false);
        const { acts } = interrupted({ ...desk.acts, broker: device.broker }, async (call) => {
          for (const each of during) if (each.call === call) await device.do(each.step);
        });
        const first = await run(desk, killer.threaten(acts, PORTS)).catch((error: unknown) => {
          if (!killer.hasStruck) throw error;
          return undefined;
        });
        const answer = first ?? (await run(desk, acts));
        const wasKilled = first === undefined;
        const hasConnected = device.connections > connections;
        const session = await desk.dependencies.sessions.get(desk.clientId);
        const isDone = answer.outcome !== 'notFound';
        // Of each call that was answered one entry, and of the one that was killed at most one.
        const entries = desk.history.filter(
          (entry) => entry.type === 'operator' && entry.act === name,
        ).length;
        const least = isDone && answer.outcome !== 'refused' ? 1 : 0;
        expect(entries).toBeGreaterThanOrEqual(least);
        expect(entries).toBeLessThanOrEqual(least + Number(wasKilled));
        if (isDone) await check(answer, { desk, device, session, wasOnline, wasKilled, hasConnected });
        else if (!wasKilled) expect(before.length === 0 || name === 'endSession').toBe(true);
        for (const each of after) await device.do(each);
        desk.nowMs += SECOND;
        await device.settle();
        const last = await desk.dependencies.sessions.get(desk.clientId);
        const isConnected = exists(last, desk.nowMs) && last.status === 'connected';
        expect(isConnected).toBe(device.isOnline);
        if (name === 'endSession' && exists(last, desk.nowMs))
          expect(last.incarnation).not.toBe(answer.session?.incarnation);
      }),
      { seed: randomSeed, numRuns: 15 },
    );
  });
});
