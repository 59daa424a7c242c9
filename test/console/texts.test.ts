import { describe, expect, it } from 'vitest';
import { pathText as pathTextOfApi } from '#api/path-text';
import { pathText } from '#console/api/path-text';
import { curvesOf, withPolled } from '#console/charts/series';
import { href, parseRoute, sessionHref } from '#console/route';
import { nothingWaitingText } from '#console/session-page/nothing-waiting';
import { timeLineOf } from '#console/session-page/spans';
import { durationText, intervalText, NEVER_SECONDS } from '#console/text/duration';
import { factText } from '#console/text/fact';
import { bytesOf, hexOf, textOf } from '#console/text/payload';
import { bytesText, counted, rateText } from '#console/text/quantity';
import { visible, visibleLines } from '#console/text/visible';
import { NEVER } from '#session/expiry';
import { DAY_MS, sampleSession, subscription } from './fixture/sample-session.ts';

const ODD_NAMES = [
  'meter-7',
  'a/b',
  '.',
  '..',
  '%2F',
  'a?b#c',
  '~YS9i',
  'grün 7',
  '🙂',
  '\u202e',
  'é'.repeat(64),
];

it.each(ODD_NAMES)(
  '%j is the same in a path of the API as the API makes it, and in an address of the console',
  (name) => {
    expect(pathText(name)).toBe(pathTextOfApi(name));
    expect(parseRoute(sessionHref(name))).toMatchObject({ page: 'session', clientId: name });
  },
);

it('an address leads to its page, with its search, and a damaged one to none', () => {
  expect(parseRoute('').page).toBe('overview');
  expect(parseRoute('#/end-idle').page).toBe('end-idle');
  expect(parseRoute('#/sessions/').page).toBe('unknown');
  expect(parseRoute('#/sessions/%zz').page).toBe('unknown');
  expect(parseRoute('#/sessions/a/b').page).toBe('unknown');
  expect(parseRoute(href('topics', { topic: 'a/b?c&d' })).query.get('topic')).toBe('a/b?c&d');
  expect(href('sessions', { prefix: '', status: undefined })).toBe('#/sessions');
});

it('durations have their two largest units', () => {
  expect([0, 59, 60, 3_599, 86_400, 90_061, 31_536_000].map(durationText)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '59 min 59 s',
    '1 d',
    '1 d 1 h',
    '365 d',
  ]);
  expect(durationText(86_430)).toBe('1 d');
  expect(NEVER_SECONDS).toBe(NEVER);
  expect(intervalText(NEVER)).toBe('never expires');
});

it('quantities are told in units and with separators that people read', () => {
  expect([0, 1_023, 1_024, 150_000, 5e9].map(bytesText)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KB',
    '146 KB',
    '4.7 GB',
  ]);
  expect([counted(1, 'session'), counted(2_000, 'session')]).toEqual(['1 session', '2,000 sessions']);
  expect([0, 0.25, 9.96, 12.4].map(rateText)).toEqual(['0', '0.3', '10.0', '12']);
});

it('that nothing waits is told with what it means', () => {
  const one = sampleSession('meter-7', 0).session;
  const inflight = { outbound: [{ packetId: 1, qos: 1 as const, state: 'publish' as const }], inbound: [] };
  const shared = { ...subscription('$share/jobs/#', DAY_MS * 4) };
  const cases = [one, { subscriptions: [] }, { dropped: 16 }, { inflight }, { subscriptions: [shared] }];
  const told = cases.map((changes) => nothingWaitingText({ ...one, ...changes }));
  expect(told).toEqual([
    'Of what was published for this client nothing is left to deliver.',
    'The client has no subscriptions, so nothing is kept for it.',
    'Of what was published for this client nothing is left to deliver. 16 messages did not reach it: Drops tells why.',
    'All that is left is under way, not acknowledged yet: 1 message.',
    'Of what was published for this client nothing is left to deliver. What waits for a share group is not shown: whichever member returns first gets it.',
  ]);
});

it('facts are told in units that people read', () => {
  expect(factText('longestAwaySeconds', 90)).toEqual(['longest away', '1 min 30 s']);
  expect(factText('sessionExpiryInterval', 3_600)).toEqual(['session expiry interval', '1 h']);
  expect(factText('addresses', ['a', '<b>'])).toEqual(['addresses', 'a, <b>']);
});

it('what cannot be seen is written out; other text stays as it is', () => {
  expect(visible('a\u0000b\u200bc\u202ed\u00a0e\u2028')).toBe(
    String.raw`a\u{0}b\u{200b}c\u{202e}d\u{a0}e\u{2028}`,
  );
  expect(visible('grün 日本 <b>')).toBe('grün 日本 <b>');
  // A filler of Hangul, a selector of variants, an empty pattern of Braille
  expect(visible('a\u3164\ufe0e\u2800')).toBe(String.raw`a\u{3164}\u{fe0e}\u{2800}`);
  expect(visible(' a  b c ')).toBe(String.raw`\u{20}a \u{20}b c\u{20}`);
  expect(visible(String.raw`\u{0} \d`)).toBe(String.raw`\u{5c}u{0} \d`);
  expect(visible('z\u0301\u0302\u0303\u0304')).toBe('z\u0301\u0302\u0303\\u{304}');
  expect(visibleLines('a  \n\tb\r')).toBe('a  \n\tb\\u{d}');
});

describe('payloads', () => {
  it('are text only where they are UTF-8 without control characters', () => {
    expect(textOf(bytesOf(btoa('{"a":1}\n')))).toBe('{"a":1}\n');
    expect(textOf(Uint8Array.of(0xc3, 0x28))).toBeUndefined();
    expect(textOf(Uint8Array.of(0x61, 0x00))).toBeUndefined();
  });

  it('are else shown byte by byte', () => {
    expect(hexOf(Uint8Array.from({ length: 18 }, (_, index) => index + 60))).toBe(
      [
        '000000  3c 3d 3e 3f 40 41 42 43 44 45 46 47 48 49 4a 4b  <=>?@ABCDEFGHIJK',
        '000010  4c 4d                                            LM',
      ].join('\n'),
    );
  });
});

describe('curves', () => {
  const point = (seconds: number, delivered: number) => ({
    at: new Date(seconds * 1_000).toISOString(),
    connected: 1,
    disconnected: 1,
    waiting: 0,
    delivered,
    expired: 0,
    takenOver: 0,
    dropped: 0,
  });

  it('of totals show what was added a minute, over the last minute where points are near', () => {
    const points = [point(0, 100), point(60, 160), point(180, 400), point(210, 430), point(240, 520)];
    expect(curvesOf(points).delivered).toEqual([null, 60, 120, 108, 120]);
  });

  it('never show a rate below zero where a total has begun anew', () => {
    expect(curvesOf([point(0, 100), point(60, 3)]).delivered).toEqual([null, 0]);
  });

  it('go on with what was polled after the last recorded point, and forget what is too old', () => {
    const all = withPolled([point(0, 1), point(60, 2)], [point(50, 9), point(70, 3)], 30_000);
    expect(all.map(({ delivered }) => delivered)).toEqual([2, 3]);
  });
});

describe('the time line of a session', () => {
  const began = { incarnation: '1', sessionPresent: true, sessionExpiryInterval: 60 };
  const at = (seconds: number) => new Date(seconds * 1_000).toISOString();

  it('is of connections, whatever order the entries come in', () => {
    const line = timeLineOf(
      [
        { at: at(90), type: 'resumed', ...began },
        { at: at(40), type: 'disconnected', incarnation: '1' },
        { at: at(20), type: 'takenOver', ...began },
        { at: at(10), type: 'started', ...began },
      ],
      100_000,
    );
    expect(line?.spans.map(({ fromMs, toMs, isOpen }) => [fromMs / 1_000, toMs / 1_000, isOpen])).toEqual([
      [10, 20, false],
      [20, 40, false],
      [90, 100, true],
    ]);
    expect(line?.marks).toEqual([{ atMs: 20_000, type: 'takenOver' }]);
  });

  it('begins with a connection that is older than what was read', () => {
    const line = timeLineOf(
      [
        { at: at(50), type: 'disconnected', incarnation: '1' },
        {
          at: at(30),
          type: 'intervalChanged',
          incarnation: '1',
          sessionExpiryInterval: 1,
          previousInterval: 2,
        },
      ],
      100_000,
    );
    expect(line?.spans).toEqual([{ fromMs: 30_000, toMs: 50_000, isCut: true, isOpen: false }]);
  });

  it('has no connection where only the end of an absence is known', () => {
    const expired = { at: at(50), type: 'expired', incarnation: '1', sessionExpiryInterval: 60 } as const;
    expect(timeLineOf([expired], 100_000)?.spans).toEqual([]);
    expect(timeLineOf([], 100_000)).toBeUndefined();
  });
});
