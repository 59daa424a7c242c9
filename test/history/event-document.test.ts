import { describe, expect, it } from 'vitest';
import { tellDelivered } from '#edge/records/delivered-run';
import { endEvent } from '#edge/session-end/end-announcement';
import { type DetailType, EVENT_SCHEMAS, type PublishedEvent } from '#history/event-schemas';
import type { SessionEvent } from '#session/life/transition';
import { positionOf } from '#session/position';
import type { Session } from '#session/session';
import { connected, disconnected, rulesWith, T0 } from '#test/session/events/lifecycle-events';
import { DETAIL_TYPES, type Examples, eventDocument, jsonSchemaOf } from './event-document.ts';
import { Told } from './told.ts';

const MINUTE_MS = 60_000;
const policy = { sessionExpiryInterval: 3_600 } as const;

const from = (event: SessionEvent): SessionEvent => ({
  ...event,
  ...(event.kind === 'connection' && { ipAddress: '203.0.113.7', principal: 'f2b0c8a1e4d94f7a' }),
});

/** One of each, as the service makes them from what it keeps. */
function published(): readonly PublishedEvent[] {
  const first = connected(1, T0);
  const second = connected(2, T0 + 2 * MINUTE_MS);
  const third = connected(3, T0 + 3 * MINUTE_MS);
  const told = new Told(rulesWith(policy)).play(
    [first, disconnected(first, T0 + MINUTE_MS), second, third].map(from),
  );
  const { session } = told;
  if (session === undefined) throw new Error('Connections leave a session');
  const position = positionOf(T0 + 4 * MINUTE_MS, 'dropped');
  const drop = { reason: 'expired', topic: 'plant/orders', position, atMs: T0 + 5 * MINUTE_MS } as const;
  told.write({ ...session, drops: { expired: 1 }, lastDrops: [drop], revision: session.revision + 1 });
  const run = {
    runId: 'run',
    incarnation: session.incarnation,
    messages: 3,
    from: positionOf(T0 + 90_000, 'first'),
    upTo: positionOf(T0 + 95_000, 'last'),
  };
  return [
    ...told.events,
    endEvent(endOf(session, 'expired'), { messages: 2, bytes: 64, topics: ['plant/orders'], atLeast: false }),
    endEvent(endOf(session, 'cleanStart'), undefined),
    tellDelivered('client', run, T0 + 2 * MINUTE_MS + 500).event,
  ];
}

function endOf(session: Session, reason: 'expired' | 'cleanStart') {
  return { session, reason, endedAtMs: T0 + 70 * MINUTE_MS, announce: true, isRemoved: false };
}

function examples(): Examples {
  const events = published();
  const firstOf = (type: DetailType) => events.find(({ detailType }) => detailType === type)?.detail;
  return Object.fromEntries(DETAIL_TYPES.map((type) => [type, firstOf(type)])) as Examples;
}

const folder = '../../docs/events';

describe('the documents of events', () => {
  it.each(DETAIL_TYPES)('have the JSON Schema of %s', async (type) => {
    const text = `${JSON.stringify(jsonSchemaOf(type), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(`${folder}/${type}.json`);
  });

  it('explain each event with an example', async () => {
    await expect(eventDocument(examples())).toMatchFileSnapshot('../../docs/events.md');
  });

  it('say what each event and each field means', () => {
    for (const type of DETAIL_TYPES) {
      const { description, properties = {} } = jsonSchemaOf(type);
      expect(description).toMatch(/\.$/);
      for (const [name, field] of Object.entries(properties)) {
        expect(field.description, `${type} ${name}`).toMatch(/\.$/);
      }
    }
  });
});

describe('what is published', () => {
  it('of a takeover that was none is the end of the connection before it, which came late', () => {
    const first = connected(1, T0);
    const second = connected(2, T0 + 2 * MINUTE_MS);
    const late = disconnected(first, T0 + MINUTE_MS);
    const { events } = new Told(rulesWith(policy)).play([first, second, late]);
    const told = events.map(({ detailType, detail }) => ({ detailType, ...detail }));
    expect(told).toMatchObject([
      { detailType: 'session.started', connectionId: `s1-${T0}` },
      { detailType: 'session.takenOver', at: new Date(T0 + 2 * MINUTE_MS).toISOString() },
      { detailType: 'session.resumed', connectionId: `s2-${T0 + 2 * MINUTE_MS}` },
      {
        detailType: 'session.disconnected',
        connectionId: `s1-${T0}`,
        at: new Date(T0 + MINUTE_MS).toISOString(),
      },
    ]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
  });

  it.each(DETAIL_TYPES)('is what the schema of %s says, and nothing more', (type) => {
    const events = published().filter(({ detailType }) => detailType === type);
    expect(events).not.toEqual([]);
    for (const { detail } of events) expect(EVENT_SCHEMAS[type].parse(detail)).toEqual(detail);
  });
});
