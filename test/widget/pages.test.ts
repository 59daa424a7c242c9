import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Advice } from '#advice/advice';
import { TOTALS } from '#history/counts';
import type { HistoryEntry } from '#history/entry';
import { NEVER } from '#session/expiry';
import { LOG_START } from '#session/position';
import type { Session } from '#session/session';
import { randomSeed } from '#test/session/random-seed';
import { exampleSession } from '#test/store/sessions/example-sessions';
import { fleetPage } from '#widget/fleet-page';
import type { SessionLook } from '#widget/session-look';
import { sessionPage } from '#widget/session-page';

const ARN = 'arn:aws:lambda:eu-central-1:123456789012:function:widget';
const NOW_MS = 1_795_001_000_000;

/** A look in which everything that a device may choose is this text. */
function lookOf(text: string, more: Partial<Session> = {}): SessionLook {
  const session = exampleSession(text, 1, {
    ipAddress: text,
    principal: text,
    endsAtMs: NOW_MS + 90_000,
    drops: { expired: 3 },
    lastDrops: [{ reason: 'expired', topic: text, position: LOG_START, atMs: NOW_MS }],
    ...more,
  });
  const entry = { clientId: text, atMs: NOW_MS, id: '1', incarnation: 'a' };
  const entries: HistoryEntry[] = [
    { ...entry, type: 'disconnected', reason: text },
    {
      ...entry,
      type: 'started',
      sessionPresent: false,
      sessionExpiryInterval: 60,
      ipAddress: text,
      principal: text,
    },
    { ...entry, type: 'operator', act: 'endSession', actor: text },
  ];
  return {
    clientId: text,
    nowMs: NOW_MS,
    session,
    isThere: true,
    subscriptions: [
      {
        clientId: text,
        filter: text,
        incarnation: 'a',
        sessionIdentifier: 'a',
        subscribedAtMs: [NOW_MS],
        qos: 1,
      },
    ],
    waiting: { messages: 12, bytes: 340, byFilter: new Map([[text, 12]]), isEstimate: false },
    entries,
    advice: [adviceOf(text)],
  };
}

const adviceOf = (text: string): Advice => ({
  id: '1',
  kind: 'sharedClientId',
  severity: 'warning',
  clientId: text,
  summary: text,
  evidence: {},
  change: { text: 'Give each device its own.', policy: JSON.stringify({ clients: text }) },
});

const counts = {
  totals: Object.fromEntries(TOTALS.map((name) => [name, 0])) as Record<(typeof TOTALS)[number], number>,
  connected: 41,
  disconnected: 17,
  expiredNotRemoved: 0,
  expiring: { withinHour: 3, withinDay: 5 },
};

const textOf = (page: { toString(): string }) =>
  page
    .toString()
    .replace(/<cwdb-action[^>]*>[^<]*<\/cwdb-action>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

/** The names of all tags, in order. */
const tagsOf = (page: { toString(): string }) => [...page.toString().matchAll(/<[^\s>]*/g)].map(String);

describe('the page of a session', () => {
  it('says since when the client is away, what waits, and when its session expires', () => {
    const text = textOf(sessionPage(lookOf('vehicle-7'), ARN));
    expect(text).toContain(
      'vehicle-7 is away since 2026-11-18 11:08:10 UTC, for 15 min 10 s (MQTT_KEEP_ALIVE_TIMEOUT). Its session expires in 1 min 30 s.',
    );
    expect(text).toContain('Waiting 12 messages, 340 bytes');
    expect(text).toContain('Dropped expired 3');
    expect(text).toContain('operator endSession by vehicle-7');
  });

  it('says since when it is connected', () => {
    const { endsAtMs: _, ...session } = exampleSession('vehicle-7', 1, { status: 'connected' });
    const text = textOf(sessionPage({ ...lookOf('vehicle-7'), session }, ARN));
    expect(text).toContain('vehicle-7 is connected since 2026-11-18 11:07:40 UTC, for 15 min 40 s.');
  });

  it('says that a session has no end, and that what waits is about so much', () => {
    const { endsAtMs: _, ...session } = exampleSession('vehicle-7', 1, { sessionExpiryInterval: NEVER });
    const look = lookOf('vehicle-7');
    const text = textOf(
      sessionPage({ ...look, session, waiting: { ...look.waiting, isEstimate: true } }, ARN),
    );
    expect(text).toContain('Its session never expires.');
    expect(text).toContain('Waiting about 12 messages');
  });

  it('says when there is none, and what happened', () => {
    const ended = textOf(sessionPage({ ...lookOf('vehicle-7'), isThere: false }, ARN));
    expect(ended).toContain('vehicle-7 has no session; the last one ended at 2026-11-18 11:24:50 UTC.');
    expect(ended).toContain('What happened last');
    expect(ended).not.toContain('Subscriptions');
    const { session: _, ...unknown } = { ...lookOf('vehicle-7'), isThere: false, entries: [] };
    expect(textOf(sessionPage(unknown, ARN))).toContain('has no session, and none is remembered.');
  });

  it('has the client in its form, for the next look', () => {
    expect(sessionPage(lookOf('a"b'), ARN).toString()).toContain('name="clientId" value="a&quot;b"');
  });
});

describe('the page of the fleet', () => {
  it('has the counts, what waits, and advice with a link to its client', () => {
    const survey = {
      surveyedAtMs: NOW_MS,
      waiting: { messages: 1_000, bytes: 5, isEstimate: true },
      round: { startedAtMs: NOW_MS, sessions: 1, messages: 1, bytes: 1, isEstimate: false },
    };
    const page = fleetPage({ counts, survey, advice: [adviceOf('vehicle-7')] }, ARN);
    const text = textOf(page);
    expect(text).toContain('Connected 41 Away 17');
    expect(text).toContain('Waiting about 1000 messages, 5 bytes (2026-11-18 11:23:20 UTC)');
    expect(page.toString()).toContain('{"lookUp":"link","clientId":"vehicle-7"}');
  });

  it('says that nothing was surveyed yet', () => {
    expect(textOf(fleetPage({ counts, advice: [] }, ARN))).toContain('Waiting not surveyed yet');
  });
});

it('whatever devices choose, a page has the tags that it has otherwise', () => {
  const harmless = {
    session: tagsOf(sessionPage(lookOf('x'), ARN)),
    fleet: tagsOf(fleetPage({ counts, advice: [adviceOf('x')] }, ARN)),
  };
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc
      .array(
        fc.constantFrom(
          '<',
          '>',
          '"',
          "'",
          '&',
          '/',
          '-',
          '!',
          '`',
          '=',
          'script',
          'cwdb-action',
          ' ',
          '\u0000',
          '\u202e',
        ),
      )
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      expect(tagsOf(sessionPage(lookOf(text), ARN))).toEqual(harmless.session);
      expect(tagsOf(fleetPage({ counts, advice: [adviceOf(text)] }, ARN))).toEqual(harmless.fleet);
    }),
    { seed: randomSeed },
  );
});
