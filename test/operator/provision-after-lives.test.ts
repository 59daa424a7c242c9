import fc from 'fast-check';
import { expect, it } from 'vitest';
import { provision } from '#operator/provision/provision';
import { type SessionEvent, transition } from '#session/life/transition';
import { exists, newestConnection } from '#session/session';
import { settings } from '#test/edge/world/edge';
import { lifeOfClient, T0 } from '#test/session/events/lifecycle-events';
import { randomSeed } from '#test/session/random-seed';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { Desk } from './desk.ts';

const POLICIES = [
  { sessionExpiryInterval: 60 },
  { sessionExpiryInterval: 0 },
  { sessionExpiryInterval: 'broker' },
  { sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 600 },
] as const;

/** What is heard of a life when some events are lost, and the broker says of each connection whether it is gone. */
const heardOf = fc
  .record({
    events: lifeOfClient({ minLength: 1, maxLength: 9 }),
    lost: fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
    isGone: fc.boolean(),
  })
  .map(({ events, lost, isGone }) => {
    const heard = events.filter((event, index) => event.kind === 'declaration' || !lost[index]);
    return { heard, isGone };
  });

/** The broker has said of the newest connection that it is gone. */
function gone(event: SessionEvent | undefined): SessionEvent[] {
  if (event?.kind !== 'connection') return [];
  const { sessionIdentifier, versionNumber, seenAtMs } = event.connection;
  const number = versionNumber === undefined ? {} : { versionNumber };
  return [{ kind: 'connection', connection: { sessionIdentifier, ...number, seenAtMs, goneAtMs: seenAtMs } }];
}

it('a session can be made whatever is known of the earlier lives of its client', async () => {
  const tables = memoryTables();
  let made = 0;
  await fc.assert(
    fc.asyncProperty(heardOf, fc.constantFrom(...POLICIES), async ({ heard, isGone }, policy) => {
      const desk = new Desk(tables, policy);
      const { configuration, sessions } = desk.acts;
      const rules = { policy: configuration.policies[0] ?? expect.fail('no policy'), settings };
      const ends = isGone ? gone(heard.findLast(({ kind }) => kind === 'connection')) : [];
      let session = undefined as Awaited<ReturnType<typeof sessions.get>>;
      for (const event of [...heard, ...ends]) {
        const next = transition(desk.clientId, session, event, rules, T0);
        if (next.isChange) await sessions.write(next.session, session?.revision);
        session = next.session;
      }
      desk.nowMs = T0 + 40 * 3_600_000;
      const wasThere = exists(session, desk.nowMs);
      const wanted = { sessionExpiryInterval: 7200, subscriptions: [] };
      const done = await provision(desk.clientId, wanted, desk.operator, desk.acts);
      const now = await desk.session();
      expect(done.outcome === 'created').toBe(!wasThere);
      expect(exists(now, desk.nowMs)).toBe(true);
      if (wasThere) return;
      made += 1;
      expect(newestConnection(now).isProvisioned).toBe(true);
    }),
    { seed: randomSeed, numRuns: 300 },
  );
  expect(made).toBeGreaterThan(50);
});
