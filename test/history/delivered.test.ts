import { describe, expect, it } from 'vitest';
import { withDelivered } from '#session/delivery/delivered-in-all';
import { startFlow } from '#session/flow/flow';
import { REMEMBERED_CONNECTIONS } from '#session/life/compute-session';
import type { SessionEvent } from '#session/life/transition';
import { LOG_START } from '#session/position';
import { connected, disconnected, rulesWith, T0 } from '#test/session/events/lifecycle-events';
import { Told } from './told.ts';

const SECOND = 1_000;
const LIFE = `1:s1-${T0}`;
const rules = rulesWith({ sessionExpiryInterval: 3_600 });

const begin = (number: number) => connected(number, T0 + number * 10 * SECOND - 10 * SECOND);
const endMs = (number: number) => T0 + number * 10 * SECOND - SECOND;

function end(number: number, messages: number): SessionEvent {
  const event = disconnected(begin(number), endMs(number));
  if (event.kind !== 'connection') throw new Error('An end is of a connection');
  return { ...event, connection: { ...event.connection, delivered: { incarnation: LIFE, messages } } };
}

const deliveredOf = (told: Told) => told.entries.filter(({ type }) => type === 'delivered');
const eventsOf = (told: Told) =>
  told.events.flatMap(({ detailType, detail }) => (detailType === 'messages.delivered' ? [detail] : []));

describe('what a connection of the packet edge has delivered', () => {
  it('is one entry and one event of it, once it has ended', () => {
    const told = new Told(rules).play([begin(1), end(1, 3), end(1, 3), begin(2), end(2, 5)]);
    expect(deliveredOf(told)).toMatchObject([
      { atMs: endMs(1), incarnation: LIFE, messages: 3 },
      { atMs: endMs(2), incarnation: LIFE, messages: 2 },
    ]);
    expect(eventsOf(told)).toMatchObject([
      { at: new Date(endMs(1)).toISOString(), connectionId: `s1-${T0}`, messages: 3 },
      { at: new Date(endMs(2)).toISOString(), messages: 2 },
    ]);
    expect(told.totals['delivered']).toBe(5);
  });

  it('is no entry where that is nothing more', () => {
    const told = new Told(rules).play([begin(1), end(1, 3), begin(2), end(2, 3)]);
    expect(deliveredOf(told)).toHaveLength(1);
  });

  it('is corrected when more is learnt of an earlier one, and published without what was', () => {
    const told = new Told(rules).play([begin(1), end(1, 3), begin(2), end(2, 7), end(1, 5)]);
    expect(deliveredOf(told)).toMatchObject([{ messages: 5 }, { messages: 2 }]);
    expect(eventsOf(told).map(({ messages }) => messages)).toEqual([3, 4, 2]);
    expect(told.totals['delivered']).toBe(7);
  });

  it('is told of one that was taken over as of that moment, by whoever replaces its flow', () => {
    const told = new Told(rules).play([begin(1), begin(2)]);
    const { session } = told;
    if (session === undefined) throw new Error('Connections leave a session');
    const flow = { ...startFlow('client', LIFE, `s1-${T0}`, LOG_START), delivered: 4 };
    told.write(withDelivered(session, flow));
    expect(deliveredOf(told)).toMatchObject([{ atMs: T0 + 10 * SECOND, messages: 4 }]);
    expect(told.totals['delivered']).toBe(4);
  });

  it('stays told when the connection is forgotten', () => {
    const others = Array.from({ length: REMEMBERED_CONNECTIONS + 2 }, (_, index) => index + 2);
    const told = new Told(rules).play([
      begin(1),
      end(1, 3),
      ...others.flatMap((each) => [begin(each), end(each, 3 + each)]),
    ]);
    expect(deliveredOf(told)).toHaveLength(1 + others.length);
    expect(told.totals['delivered']).toBe(3 + Math.max(...others));
  });

  it('is no delivery run: what the pump counts on the session tells nothing here', () => {
    const told = new Told(rules).play([begin(1), end(1, 3)]);
    const { session } = told;
    if (session === undefined) throw new Error('Connections leave a session');
    const happened = told.write({ ...session, delivered: 10, revision: session.revision + 1 });
    expect(happened).toMatchObject({ entries: [], events: [], counters: { totals: { delivered: 7 } } });
  });
});
