import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '#history/entry';
import { REMEMBERED_CONNECTIONS } from '#session/life/compute-session';
import type { LifeRules } from '#session/life/life';
import type { SessionEvent } from '#session/life/transition';
import type { Session } from '#session/session';
import { deliveredIn, lifeWithFlows } from '#test/session/events/delivered-facts';
import { lifeWithActs } from '#test/session/events/life-with-acts';
import { lifeOfClient, rulesWith } from '#test/session/events/lifecycle-events';
import { randomSeed } from '#test/session/random-seed';
import { Told } from './told.ts';

const RUNS = 100;

const shortLife = lifeOfClient({ minLength: 1, maxLength: REMEMBERED_CONNECTIONS });
const longLife = lifeOfClient({ minLength: REMEMBERED_CONNECTIONS + 1, maxLength: 12 });

/** The same events in another order, some of them more than once. */
const disorderedLife = shortLife.chain((events) =>
  fc
    .tuple(
      fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
      fc.array(fc.constantFrom(...events), { maxLength: 4 }),
    )
    .map(([shuffled, duplicates]): SessionEvent[] => [...shuffled, ...duplicates]),
);

/** At the packet edge: with what was delivered by each connection. */
const flowsOfLife = lifeWithFlows({ minLength: 1, maxLength: REMEMBERED_CONNECTIONS }).chain((events) =>
  fc
    .shuffledSubarray([...events, ...events], { minLength: events.length * 2 })
    .map((disordered) => ({ events, disordered })),
);

/** With ends, intervals and sessions of operators. */
const actedOnLife = lifeWithActs.map(({ disordered }) => disordered);

const POLICIES = [
  ['a fixed interval', rulesWith({ sessionExpiryInterval: 600 })],
  ['an interval of 0', rulesWith({ sessionExpiryInterval: 0 })],
  ['a session that never expires', rulesWith({ sessionExpiryInterval: 'never' })],
  [
    "the device's declarations",
    rulesWith({ sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 300 }),
  ],
  ["the broker's session", rulesWith({ sessionExpiryInterval: 'broker' })],
] as const;

/** Told at once, from the session as it is in the end. */
function toldAtOnce(session: Session | undefined, rules: LifeRules): Told {
  const told = new Told(rules);
  if (session !== undefined) told.write(session);
  return told;
}

/** Changes of the interval depend on when they were learnt. */
const lasting = ({ type }: HistoryEntry) => type !== 'intervalChanged';

function meaningOf(entry: HistoryEntry) {
  if (!('sessionPresent' in entry)) return entry;
  const { sessionExpiryInterval: _, ...meaning } = entry;
  return meaning;
}

/** Reads the entries as a story and says where it has a gap, if it has one. */
function gapIn(entries: readonly HistoryEntry[]): string | undefined {
  let lives = false;
  let stands = false;
  for (const [index, entry] of entries.entries()) {
    const at = `entry ${index}: ${JSON.stringify(entry)}`;
    switch (entry.type) {
      case 'started':
      case 'resumed':
      case 'takenOver':
        if ((entry.type === 'takenOver') !== stands) return `${at}, but stands: ${stands}`;
        if (entry.sessionPresent !== lives) return `${at}, but lives: ${lives}`;
        lives = true;
        stands = !entry.id.startsWith('provisioned-');
        break;
      case 'disconnected':
        if (!stands) return `${at}, but nothing stands`;
        stands = false;
        break;
      case 'expired':
      case 'ended':
        if (!lives) return `${at}, but nothing lives`;
        lives = false;
        break;
      default:
    }
  }
  return undefined;
}

describe.each(POLICIES)('what is told of a client with %s', (_name, rules) => {
  const property = (life: fc.Arbitrary<SessionEvent[]>, check: (told: Told) => void) =>
    fc.assert(
      fc.property(life, (events) => {
        check(new Told(rules).play(events));
      }),
      { seed: randomSeed, numRuns: RUNS, verbose: 1 },
    );

  it('is in the end what the session says, in whatever order it was learnt', () => {
    const inDisorder = flowsOfLife.map(({ disordered }) => disordered);
    property(fc.oneof(disorderedLife, actedOnLife, inDisorder), (told) => {
      const atOnce = toldAtOnce(told.session, rules);
      expect(told.entries.filter(lasting).map(meaningOf)).toEqual(
        atOnce.entries.filter(lasting).map(meaningOf),
      );
      expect(told.totals).toEqual(atOnce.totals);
      expect(told.gauges).toEqual(atOnce.gauges);
      expect(told.expiring).toEqual(atOnce.expiring);
    });
  });

  it('is a story without a gap, however long', () => {
    property(fc.oneof(disorderedLife, actedOnLife, longLife), (told) => {
      expect(gapIn(told.entries)).toBeUndefined();
    });
  });

  it('counts every outcome once, however long the life', () => {
    property(fc.oneof(shortLife, longLife), (told) => {
      const of = (...types: string[]) => told.entries.filter(({ type }) => types.includes(type)).length;
      const begun = told.entries.filter((entry) => 'sessionPresent' in entry);
      const { started, resumed, takenOver, disconnected, expired, ended } = told.totals;
      expect({ started, resumed, takenOver, disconnected, expired, ended }).toEqual({
        started: begun.filter(({ sessionPresent }) => !sessionPresent).length,
        resumed: begun.filter(({ sessionPresent }) => sessionPresent).length,
        takenOver: of('takenOver'),
        disconnected: of('disconnected'),
        expired: of('expired'),
        ended: of('ended'),
      });
      const stands = begun.length - of('disconnected', 'takenOver');
      expect(told.gauges['connected']).toBe(stands);
    });
  });

  it('tells what was delivered by each connection, each message once', () => {
    fc.assert(
      fc.property(flowsOfLife, ({ events, disordered }) => {
        const told = new Told(rules).play(disordered);
        const entries = told.entries.filter((entry) => entry.type === 'delivered');
        const sum = entries.reduce((messages, entry) => messages + entry.messages, 0);
        expect(sum).toBe(deliveredIn(events));
        expect(told.totals['delivered']).toBe(sum);
      }),
      { seed: randomSeed, numRuns: RUNS },
    );
  });

  it('is told on the bus with an id of its own each', () => {
    property(disorderedLife, (told) => {
      const ids = told.events.map(({ detail }) => detail.id);
      expect(new Set(ids).size).toBe(ids.length);
    });
  });

  it('ends with the removal by TTL, once', () => {
    property(shortLife, (told) => {
      const before = told.totals['expired'] ?? 0;
      const { session } = told;
      if (session?.endsAtMs === undefined) return;
      told.write(undefined, true);
      expect(told.totals['expired']).toBe(before + (session.status === 'disconnected' ? 1 : 0));
      expect(told.gauges).toEqual({ connected: 0, disconnected: 0 });
      expect(told.expiring.size).toBe(0);
      const ends = told.entries.filter(({ atMs, type }) => atMs === session.endsAtMs && type === 'expired');
      expect(ends).toHaveLength(session.status === 'disconnected' ? 1 : 0);
      expect(gapIn(told.entries)).toBeUndefined();
    });
  });
});
