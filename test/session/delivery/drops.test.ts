import { expect, it } from 'vitest';
import { DROP_REASONS } from '#session/delivery/drop-reasons';
import { addDrops, NO_DROPS, overflowDrops, withDrops } from '#session/delivery/drops';
import { connected, live, rulesWith, T0 } from '#test/session/events/lifecycle-events';

const drop = (topic: string) => ({ reason: 'expired', topic, position: topic, atMs: T0 }) as const;

it('adds up drops by reason and keeps the last three by name', () => {
  const one = addDrops(NO_DROPS, { counts: { expired: 2 }, last: [drop('a'), drop('b')] });
  const both = addDrops(one, { counts: { expired: 2, tooLarge: 1 }, last: [drop('c'), drop('d')] });
  expect(both).toEqual({ counts: { expired: 4, tooLarge: 1 }, last: [drop('b'), drop('c'), drop('d')] });
  expect(NO_DROPS).toEqual({ counts: {}, last: [] });
});

it('cuts long topics, so that the record of a session stays small', () => {
  const { last } = addDrops(NO_DROPS, { counts: {}, last: [drop('x'.repeat(500))] });
  expect(last[0]?.topic).toBe('x'.repeat(64));
});

it("puts a run's drops on top of the session's own", () => {
  const session = live([connected(0, T0)], rulesWith({}));
  if (session === undefined) throw new Error('No session');
  const before = { ...session, drops: { refused: 1 }, lastDrops: [drop('old')] };
  expect(withDrops(before, { counts: { refused: 1, expired: 1 }, last: [drop('new')] })).toEqual({
    drops: { refused: 2, expired: 1 },
    lastDrops: [drop('old'), drop('new')],
  });
});

it('counts each reason apart from the others', () => {
  const session = live([connected(0, T0)], rulesWith({}));
  if (session === undefined) throw new Error('No session');
  let counted = session;
  for (const reason of DROP_REASONS) {
    counted = { ...counted, ...withDrops(counted, { counts: { [reason]: 1 }, last: [] }) };
  }
  expect(counted.drops).toEqual(Object.fromEntries(DROP_REASONS.map((reason) => [reason, 1])));
});

it('says of what gives way where it lies, with the last one that is named', () => {
  const last = [
    { reason: 'overflowBytes', topic: 'a', position: '5', bytes: 1 },
    { reason: 'overflowMessages', topic: 'b', position: '6', bytes: 1 },
  ] as const;
  const counts = { overflowBytes: 3, overflowMessages: 2 };
  expect(overflowDrops({ from: '2', upTo: '7', counts, last }, T0)).toEqual({
    counts,
    last: [
      { reason: 'overflowBytes', topic: 'a', position: '5', atMs: T0 },
      { reason: 'overflowMessages', topic: 'b', position: '6', atMs: T0, from: '2' },
    ],
  });
});
