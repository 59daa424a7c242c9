import { describe, expect, it } from 'vitest';
import type { OperatorDependencies } from '#operator/dependencies';
import { endSession } from '#operator/end-session';
import { provision } from '#operator/provision';
import type { WantedSession } from '#operator/wanted';
import { exists, newestConnection } from '#session/session';
import { SECOND, START_MS } from '#test/edge/edge';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { Desk } from './desk.ts';

const T = START_MS;
/** Hundreds of runs: those of the acts' own tests go to DynamoDB Local. */
const tables = memoryTables();
const PORTS = ['sessions', 'subscriptions', 'routes', 'sessionStarts', 'requests', 'history'] as const;
const POLICY = { sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 600 } as const;

/** Dependencies of an act before whose call number `at` something else happens. */
function interrupted(acts: OperatorDependencies, at: number, happen: () => Promise<unknown>) {
  const state = { calls: 0 };
  const watched = (port: object) =>
    new Proxy(port, {
      get(target, name) {
        const method: unknown = Reflect.get(target, name, target);
        if (typeof method !== 'function') return method;
        return async (...given: unknown[]) => {
          state.calls += 1;
          if (state.calls === at) await happen();
          return Reflect.apply(method, target, given);
        };
      },
    });
  const ports = PORTS.map((name) => [name, watched(acts[name])]);
  return { acts: { ...acts, ...Object.fromEntries(ports) } as OperatorDependencies, state };
}

function wantedOf(desk: Desk, ...rest: string[]): WantedSession {
  const subscriptions = rest.map((each) => ({ filter: desk.filter(each), qos: 1 as const }));
  return { sessionExpiryInterval: 7200, subscriptions };
}

interface Interruption {
  readonly happen: (desk: Desk) => Promise<unknown>;
  readonly check: (desk: Desk, outcome: string, isEarly: boolean) => Promise<unknown>;
}

async function deviceSubscribes(desk: Desk) {
  desk.broker.grant(desk.filter('a'), desk.filter('own'));
  await desk.handle(desk.connected(0, desk.nowMs));
  await desk.handle(desk.subscribed(0, desk.nowMs + 1, desk.filter('a'), desk.filter('own')));
}

const filtersOf = async (desk: Desk) =>
  (await desk.filters()).map((filter) => filter.slice(desk.prefix.length + 1)).sort();

const INTERRUPTIONS: Record<string, Interruption> = {
  'another PUT of the same': {
    happen: (desk) => provision(desk.clientId, wantedOf(desk, 'a', 'b'), desk.operator, desk.acts),
    async check(desk, outcome) {
      expect(['created', 'unchanged']).toContain(outcome);
      expect(desk.outcomesOf('provision').sort()).toEqual(['created', 'unchanged']);
      expect(await filtersOf(desk)).toEqual(['a', 'b']);
    },
  },
  'another PUT of another body': {
    happen: (desk) => provision(desk.clientId, wantedOf(desk, 'b', 'c'), desk.operator, desk.acts),
    async check(desk) {
      const outcomes = desk.outcomesOf('provision').sort();
      expect(outcomes).toEqual(['changed', 'created']);
      expect(['a,b', 'b,c']).toContain((await filtersOf(desk)).join());
    },
  },
  'the first connection of the device, which subscribes': {
    happen: deviceSubscribes,
    async check(desk, outcome) {
      expect(['created', 'refused', 'unchanged']).toContain(outcome);
      const session = await desk.session();
      expect(session.status).toBe('connected');
      // Either the device found all that was made, or its own subscriptions are all there are.
      const filters = await filtersOf(desk);
      expect(filters).toEqual(session.sessionPresent ? ['a', 'b', 'own'] : ['a', 'own']);
      const held = await desk.dependencies.subscriptions.list(desk.clientId);
      const own = held.find(({ filter }) => filter === desk.filter('own'));
      expect(own?.sessionIdentifier).toBe(newestConnection(session).sessionIdentifier);
      expect(held.find(({ filter }) => filter === desk.filter('a'))?.isProvisioned).toBeUndefined();
    },
  },
  'a connection that comes and goes': {
    async happen(desk) {
      await deviceSubscribes(desk);
      await desk.handle(desk.disconnected(0, desk.nowMs + SECOND));
    },
    async check(desk, outcome, isEarly) {
      expect(outcome).toBe(isEarly ? 'changed' : 'created');
      expect(await filtersOf(desk)).toEqual(isEarly ? ['a', 'b'] : ['a', 'b', 'own']);
    },
  },
  'the end of the session by another operator': {
    happen: (desk) => endSession(desk.clientId, desk.operator, desk.acts),
    async check(desk, outcome, isEarly) {
      // What was ended before this PUT has come to its end, it has made again.
      const ends = desk.history.flatMap((entry) => (entry.type === 'operator' ? [entry.act] : []));
      expect(outcome).toBe('created');
      expect(ends.sort()).toEqual(isEarly ? ['provision'] : ['endSession', 'provision']);
      if (!exists(await desk.session(), desk.nowMs)) expect(ends).toContain('endSession');
    },
  },
};

describe('a session that is made while something else happens before any call', () => {
  it.each(Object.entries(INTERRUPTIONS))('%s', async (_, { happen, check }) => {
    let at = 1;
    for (; ; at += 1) {
      const desk = new Desk(tables, POLICY);
      desk.nowMs = T;
      let isEarly = true;
      const { acts, state } = interrupted(desk.acts, at, async () => {
        isEarly = (await desk.dependencies.sessions.get(desk.clientId)) === undefined;
        await happen(desk);
      });
      const done = await provision(desk.clientId, wantedOf(desk, 'a', 'b'), desk.operator, acts);
      if (state.calls < at) break;
      await check(desk, done.outcome, isEarly);
    }
    expect(at).toBeGreaterThan(5);
  });
});
