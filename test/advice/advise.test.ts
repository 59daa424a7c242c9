import { describe, expect, it } from 'vitest';
import type { Advice } from '#advice/advice';
import { adviseOnClient } from '#advice/advise';
import { broadFilter } from '#advice/broad-filter';
import type { ClientEvidence } from '#advice/evidence';
import { parseConfiguration } from '#session/configuration/configuration';
import { NEVER } from '#session/expiry';
import { absence, clientEvidence, HOUR_MS, NOW_MS, takeovers } from './client-evidence.ts';

const kindsOf = (more: Partial<ClientEvidence>) =>
  adviseOnClient(clientEvidence(more), NOW_MS).map(({ kind }) => kind);

function onlyAdvice(more: Partial<ClientEvidence>): Advice {
  const [advice, ...others] = adviseOnClient(clientEvidence(more), NOW_MS);
  if (advice === undefined) throw new Error('No advice was given');
  expect(others).toEqual([]);
  return advice;
}

/** What the stack makes of the line that an operator copies. */
function configured(policy: string | undefined) {
  return parseConfiguration({ durableTopics: [], policies: [JSON.parse(policy ?? '')], settings: {} })
    .policies[0];
}

const A = { ipAddress: '192.0.2.1', principal: 'a' };
const B = { ipAddress: '192.0.2.2', principal: 'b' };

it('has nothing to say of a client that behaves', () => {
  expect(adviseOnClient(clientEvidence(), NOW_MS)).toEqual([]);
});

describe('a client identifier that two devices share', () => {
  it('shows as takeovers to and fro between their principals', () => {
    const advice = onlyAdvice({ connections: takeovers([A, B, A, B, A]) });
    expect(advice).toMatchObject({
      kind: 'sharedClientId',
      severity: 'warning',
      evidence: { takeovers: 3, principals: ['a', 'b'] },
    });
    expect(JSON.parse(advice.change.policy ?? '')).toMatchObject({ Action: 'iot:Connect' });
  });

  it('shows by addresses where both have the same principal', () => {
    const connections = takeovers([A, B, A, B, A].map(({ ipAddress }) => ({ ipAddress, principal: 'one' })));
    expect(onlyAdvice({ connections }).evidence).toMatchObject({ addresses: [A.ipAddress, B.ipAddress] });
  });

  it('shows also where each of them connects twice in a row', () => {
    const { evidence } = onlyAdvice({ connections: takeovers([A, A, B, B, A, A, B, B, A, A]) });
    expect(evidence).toMatchObject({ takeovers: 3 });
  });

  it('is not one that moves and stays', () => {
    expect(kindsOf({ connections: takeovers([A, A, A, B, B, B, A, A, A]) })).toEqual([]);
  });

  it('is not a device that roams', () => {
    const places = [1, 2, 3, 4, 5, 6].map((place) => ({ ipAddress: `192.0.2.${place}`, principal: 'one' }));
    expect(kindsOf({ connections: takeovers(places) })).toEqual([]);
  });

  it('is not one that came back after its own disconnects', () => {
    const connections = takeovers([A, B, A, B, A]).map((each) => ({ ...each, began: 'resumed' as const }));
    expect(kindsOf({ connections })).toEqual([]);
  });

  it('is forgotten after a day', () => {
    const connections = takeovers([A, B, A, B, A]).map((each) => ({
      ...each,
      atMs: each.atMs - 24 * HOUR_MS,
    }));
    expect(kindsOf({ connections })).toEqual([]);
  });
});

describe('an interval that is too long', () => {
  const absences = [1, 0.5, 2, 1, 1].map((hours) => absence(hours));

  it('is ten times what leaves room for the longest absence', () => {
    const advice = onlyAdvice({ absences, sessionExpiryInterval: 80 * 3_600 });
    expect(advice).toMatchObject({
      kind: 'intervalTooLong',
      evidence: { absences: 5, longestAbsenceSeconds: 7_200 },
    });
    expect(configured(advice.change.policy)).toMatchObject({ maximumSessionExpiryInterval: 8 * 3_600 });
    expect(kindsOf({ absences, sessionExpiryInterval: 80 * 3_600 - 1 })).toEqual([]);
  });

  it('is also one without end', () => {
    expect(kindsOf({ absences, sessionExpiryInterval: NEVER })).toEqual(['intervalTooLong']);
  });

  it('is not judged by a few absences', () => {
    expect(kindsOf({ absences: absences.slice(1), sessionExpiryInterval: NEVER })).toEqual([]);
  });
});

describe('an interval that is too short', () => {
  it('lost messages that a longer one would have kept', () => {
    const absences = [absence(3, { hadExpired: true, lostMessages: 7 }), absence(30)];
    const advice = onlyAdvice({ absences, sessionExpiryInterval: 7_200 });
    expect(advice).toMatchObject({
      kind: 'intervalTooShort',
      severity: 'warning',
      evidence: { expiries: 1, lostMessages: 7, longestAbsenceSeconds: 10_800 },
    });
    expect(configured(advice.change.policy)).toMatchObject({ sessionExpiryInterval: 5 * 3_600 });
  });

  it('is no matter when nothing was lost', () => {
    expect(kindsOf({ absences: [absence(3, { hadExpired: true })], sessionExpiryInterval: 7_200 })).toEqual(
      [],
    );
  });

  it('is no matter for clients that want no session', () => {
    const absences = [absence(3, { hadExpired: true, lostMessages: 7 })];
    expect(kindsOf({ absences, sessionExpiryInterval: 0 })).toEqual([]);
  });
});

describe('a session that nobody comes back to', () => {
  const away = (hours: number) => ({
    status: 'disconnected' as const,
    disconnectedAtMs: NOW_MS - hours * HOUR_MS,
    waitingMessages: 12,
    waitingBytes: 3_000,
  });

  it('has been away for three quarters of its interval', () => {
    const advice = onlyAdvice({ ...away(75), sessionExpiryInterval: 100 * 3_600 });
    expect(advice).toMatchObject({
      kind: 'neverResumed',
      evidence: { awaySeconds: 75 * 3_600, waitingMessages: 12, waitingBytes: 3_000 },
    });
    expect(configured(advice.change.policy)).toMatchObject({ maximumSessionExpiryInterval: 38 * 3_600 });
    expect(kindsOf({ ...away(74), sessionExpiryInterval: 100 * 3_600 })).toEqual([]);
  });

  it('has been away for thirty days where its interval has no end', () => {
    expect(kindsOf({ ...away(30 * 24), sessionExpiryInterval: NEVER })).toEqual(['neverResumed']);
    expect(kindsOf({ ...away(29 * 24), sessionExpiryInterval: NEVER })).toEqual([]);
  });

  it('is not one of an hour that has been away for most of it', () => {
    expect(kindsOf({ ...away(0.9), sessionExpiryInterval: 3_600 })).toEqual([]);
  });
});

describe('a subscription that receives and never delivers', () => {
  const subscriptions = [
    { filter: 'plant/+/alarms/#', subscribedAtMs: NOW_MS - 10 * HOUR_MS, waitingMessages: 100 },
  ];
  const connections = [1, 2, 3].map((hours) => ({
    atMs: NOW_MS - hours * HOUR_MS,
    began: 'resumed' as const,
  }));

  it('has messages waiting although the client has come back three times', () => {
    const advice = onlyAdvice({ subscriptions, connections });
    expect(advice).toMatchObject({
      kind: 'receivesNothingDelivered',
      filter: 'plant/+/alarms/#',
      evidence: { waitingMessages: 100, connections: 3 },
    });
    expect(configured(advice.change.policy)).toMatchObject({ ignore: true });
  });

  it('may not receive: then the missing statement is said', () => {
    const drops = { notAuthorized: 120 };
    const forbiddenTopics = ['plant/7/alarms'];
    const [own] = subscriptions;
    if (own === undefined) throw new Error('No subscription');
    const refused = { ...own, waitingMessages: 0 };
    const another = { ...refused, filter: 'plant/7/orders' };
    const advice = onlyAdvice({ subscriptions: [refused, another], connections, drops, forbiddenTopics });
    expect(advice.summary).toContain('0 messages wait, 120 it may not receive');
    expect(JSON.parse(advice.change.policy ?? '')).toEqual({
      Effect: 'Allow',
      Action: 'iot:Receive',
      Resource: 'arn:aws:iot:REGION:ACCOUNT:topic/plant/*/alarms/*',
    });
  });

  it.each([
    ['something was delivered', { delivered: 1 }],
    ['the client has not come back often enough', { connections: connections.slice(1) }],
    ['little waits', { subscriptions: subscriptions.map((each) => ({ ...each, waitingMessages: 99 })) }],
  ])('is not reported when %s', (_, more) => {
    expect(kindsOf({ subscriptions, connections, ...more })).toEqual([]);
  });
});

describe('a broad filter', () => {
  it.each(['#', '+/status', '+/+/#', 'devices/#', '$share/workers/devices/#'])(
    '%s floods the log',
    (filter) => {
      expect(broadFilter({ filter, messagesPerHour: 36_000, subscribers: 1 })).toMatchObject({
        kind: 'broadFilter',
        filter,
        evidence: { messagesPerHour: 36_000, subscribers: 1, writeUnitsPerMonth: 26_280_000 },
      });
    },
  );

  it('is no matter while little comes', () => {
    expect(broadFilter({ filter: '#', messagesPerHour: 35_999, subscribers: 1 })).toBeUndefined();
  });

  it('is not one that says which topics', () => {
    expect(
      broadFilter({ filter: 'devices/+/alarms', messagesPerHour: 10 ** 6, subscribers: 1 }),
    ).toBeUndefined();
  });
});
