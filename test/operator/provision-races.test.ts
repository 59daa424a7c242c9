import { describe, expect, it } from 'vitest';
import { endSession } from '#operator/acts/end-session';
import { provision } from '#operator/provision/provision';
import type { WantedSession } from '#operator/provision/wanted';
import { exists, newestConnection } from '#session/session';
import { SECOND, START_MS } from '#test/edge/world/edge';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { Desk } from './desk.ts';
import { interrupted } from './interrupted.ts';

const T = START_MS;
/** Hundreds of runs: those of the acts' own tests go to DynamoDB Local. */
const tables = memoryTables();
const POLICY = { sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 600 } as const;

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
      const { acts, counted } = interrupted(desk.acts, async (call) => {
        if (call !== at) return;
        isEarly = (await desk.dependencies.sessions.get(desk.clientId)) === undefined;
        await happen(desk);
      });
      const done = await provision(desk.clientId, wantedOf(desk, 'a', 'b'), desk.operator, acts);
      if (counted.calls < at) break;
      await check(desk, done.outcome, isEarly);
    }
    expect(at).toBeGreaterThan(5);
  });
});
