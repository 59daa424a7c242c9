import { describe, expect, it } from 'vitest';
import { provision } from '#operator/provision/provision';
import type { WantedSession } from '#operator/provision/wanted';
import type { SessionPolicy } from '#session/configuration/policy';
import { SECOND, START_MS } from '#test/edge/world/edge';
import { useTables } from '#test/store/dynamodb/started-tables';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { Desk } from './desk.ts';
import { interrupted } from './interrupted.ts';

const T = START_MS;
const tables = useTables();
const POLICY = { sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 600 } as const;

function wantedOf(desk: Desk, ...rest: string[]): WantedSession {
  const subscriptions = rest.map((each) => ({ filter: desk.filter(each), qos: 1 as const }));
  return { sessionExpiryInterval: 7200, subscriptions, onlyIfNone: true };
}

const put = (desk: Desk, acts = desk.acts) =>
  provision(desk.clientId, wantedOf(desk, 'a', 'b'), desk.operator, acts);

const filtersOf = async (desk: Desk) =>
  (await desk.filters()).map((filter) => filter.slice(desk.prefix.length + 1)).sort();

async function deviceSubscribes(desk: Desk) {
  desk.broker.grant(desk.filter('a'), desk.filter('own'));
  await desk.handle(desk.connected(0, desk.nowMs));
  await desk.handle(desk.subscribed(0, desk.nowMs + 1, desk.filter('a'), desk.filter('own')));
}

describe('a session that is made only if there is none', () => {
  it('is made, and then is one that there is', async () => {
    const desk = new Desk(tables(), POLICY);
    expect((await put(desk)).outcome).toBe('created');
    const made = await desk.session();
    desk.nowMs += SECOND;
    expect(await put(desk)).toEqual({ outcome: 'exists' });
    expect(await desk.session()).toEqual(made);
    expect(desk.outcomesOf('provision')).toEqual(['created']);
  });

  it('leaves one of a device as it is, connected or away', async () => {
    const desk = new Desk(tables(), POLICY);
    await deviceSubscribes(desk);
    const connected = await desk.session();
    expect(await put(desk)).toEqual({ outcome: 'exists' });
    expect(await desk.session()).toEqual(connected);
    await desk.handle(desk.disconnected(0, T + SECOND));
    const away = await desk.session();
    expect(await put(desk)).toEqual({ outcome: 'exists' });
    expect(await desk.session()).toEqual(away);
    expect(await filtersOf(desk)).toEqual(['a', 'own']);
    expect(desk.outcomesOf('provision')).toEqual([]);
  });

  it('is made where one has expired that is not removed yet', async () => {
    const desk = new Desk(tables(), POLICY);
    await deviceSubscribes(desk);
    await desk.handle(desk.disconnected(0, T + SECOND));
    desk.nowMs = T + 700 * SECOND;
    const { incarnation } = await desk.session();
    expect((await put(desk)).outcome).toBe('created');
    expect((await desk.session()).incarnation).not.toBe(incarnation);
    expect(await filtersOf(desk)).toEqual(['a', 'b']);
  });

  it('is not made when the device comes between the read and the write', async () => {
    const desk = new Desk(tables(), POLICY);
    const { sessionStarts } = desk.acts;
    let starts = 0;
    const start: typeof sessionStarts.start = async (...given) => {
      starts += 1;
      await deviceSubscribes(desk);
      return sessionStarts.start(...given);
    };
    expect(await put(desk, { ...desk.acts, sessionStarts: { start } })).toEqual({ outcome: 'exists' });
    expect(starts).toBe(1);
    expect(await filtersOf(desk)).toEqual(['a', 'own']);
    expect((await desk.session()).connections.map(({ isProvisioned }) => isProvisioned)).toEqual([undefined]);
  });

  const CLEAN: Partial<SessionPolicy> = { ...POLICY, sessionExpiryInterval: 'broker' };
  it.each([
    ['resumes', POLICY, false],
    ['asks for a clean start', CLEAN, true],
  ])(
    'a device that %s before any call finds all of it, or has its own left alone',
    async (_, policy, cleanSession) => {
      // Dozens of runs.
      const inMemory = memoryTables();
      const outcomes: string[] = [];
      for (let at = 1; ; at += 1) {
        const desk = new Desk(inMemory, policy);
        desk.nowMs = T;
        desk.broker.connectionAnswer = { outcome: 'found', value: { connected: true, cleanSession } };
        let isEarly = true;
        const { acts, counted } = interrupted(desk.acts, async (call) => {
          if (call !== at) return;
          isEarly = (await desk.dependencies.sessions.get(desk.clientId)) === undefined;
          await deviceSubscribes(desk);
        });
        const { outcome } = await put(desk, acts);
        if (counted.calls < at) break;
        expect(outcome, `call ${at}`).toBe(isEarly ? 'exists' : 'created');
        // What was made is told of in the history, also where the device has ended it at once.
        expect(desk.outcomesOf('provision'), `call ${at}`).toEqual(isEarly ? [] : ['created']);
        const own = isEarly || cleanSession;
        expect(await filtersOf(desk), `call ${at}`).toEqual(own ? ['a', 'own'] : ['a', 'b', 'own']);
        outcomes.push(outcome);
      }
      expect(new Set(outcomes)).toEqual(new Set(['exists', 'created']));
    },
  );
});
