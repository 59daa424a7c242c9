import { describe, expect, it } from 'vitest';
import { adviseOnClient } from '#advice/advise';
import type { ClientEvidence } from '#advice/evidence';
import { type PolicyInput, parseConfiguration } from '#session/configuration';
import { NEVER } from '#session/expiry';
import { choosePolicy } from '#session/policy';
import { absence, clientEvidence, HOUR_MS, NOW_MS } from './client-evidence.ts';

const CLIENT = 'vehicle-7';
const policiesOf = (...policies: PolicyInput[]) => parseConfiguration({ policies }).policies;

/** The policy that the client has once the line of the advice stands above the one it has now. */
function mended(input: PolicyInput, more: Partial<ClientEvidence>) {
  const policy = choosePolicy(policiesOf(input), CLIENT);
  const [advice] = adviseOnClient(clientEvidence({ policy, ...more }), NOW_MS);
  const { text, policy: line } = advice?.change ?? {};
  if (line === undefined) return { text };
  return { text, policy: choosePolicy(policiesOf(JSON.parse(line), input), CLIENT), was: policy };
}

const OWN: PolicyInput = {
  clients: 'vehicle-*',
  edge: 'packets',
  queueQos0: true,
  maximumPendingMessages: 7,
  overflow: 'drop-newest',
};
const neverAwayForLong = (sessionExpiryInterval: number) => ({
  sessionExpiryInterval,
  absences: [1, 1, 1, 1, 1].map((hours) => absence(hours)),
});
const lost = (sessionExpiryInterval: number) => ({
  sessionExpiryInterval,
  absences: [absence(3, { hadExpired: true, lostMessages: 7 })],
});
const LONGER = 5 * 3_600;
const SHORTER = 4 * 3_600;

describe('the policy line of an advice', () => {
  it.each<[string, PolicyInput, Partial<ClientEvidence>, object]>([
    [
      'keeps a fixed interval fixed, and lowers it',
      { ...OWN, sessionExpiryInterval: 604_800 },
      neverAwayForLong(604_800),
      { sessionExpiryInterval: SHORTER, maximumSessionExpiryInterval: SHORTER },
    ],
    [
      'gives an end to an interval without one',
      { ...OWN, sessionExpiryInterval: 'never', maximumSessionExpiryInterval: 'never' },
      neverAwayForLong(NEVER),
      { sessionExpiryInterval: SHORTER, maximumSessionExpiryInterval: SHORTER },
    ],
    [
      'lowers what is taken where a device says nothing',
      { ...OWN, sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 604_800 },
      neverAwayForLong(604_800),
      {
        defaultSessionExpiryInterval: SHORTER,
        maximumSessionExpiryInterval: SHORTER,
        mqtt311SessionExpiryInterval: SHORTER,
      },
    ],
    [
      'raises a fixed interval that was too short',
      { ...OWN, sessionExpiryInterval: 3_600, maximumSessionExpiryInterval: 7_200 },
      lost(3_600),
      { sessionExpiryInterval: LONGER, maximumSessionExpiryInterval: LONGER },
    ],
    [
      'raises the maximum that has cut what the device asks for',
      { ...OWN, sessionExpiryInterval: 'client', maximumSessionExpiryInterval: 7_200 },
      lost(7_200),
      { maximumSessionExpiryInterval: LONGER },
    ],
    [
      'raises what is taken where the device said nothing, and leaves a higher maximum alone',
      { ...OWN, sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 60 },
      lost(60),
      { defaultSessionExpiryInterval: LONGER },
    ],
    [
      'sets an interval where the broker has decided',
      { clients: 'vehicle-*', queueQos0: true },
      lost(3_600),
      { sessionExpiryInterval: LONGER },
    ],
  ])('%s; all else of the policy stays', (_, input, more, different) => {
    const { policy, was, text } = mended(input, more);
    expect(policy).toEqual({
      ...was,
      mqtt311SessionExpiryInterval: expect.any(Number),
      ...different,
      clients: CLIENT,
    });
    expect(text).toContain('above the other policies');
  });

  it('is left out where the device itself asks for less than its policy gives', () => {
    for (const sessionExpiryInterval of ['client', 86_400] as const) {
      const { policy, text } = mended({ ...OWN, sessionExpiryInterval }, lost(60));
      expect(policy).toBeUndefined();
      expect(text).toContain('let the device ask for it');
    }
  });

  it.each(['*', 'vehicle-*', 'v'.repeat(257)])(
    'is left out where %s would stand for others, or for none',
    (clientId) => {
      const [advice] = adviseOnClient(clientEvidence({ clientId, ...lost(3_600) }), NOW_MS);
      expect(advice?.change).not.toHaveProperty('policy');
      expect(advice?.change.text).toContain('No policy can be written for this client alone');
    },
  );
});

describe('what would mend a subscription of which nothing is delivered', () => {
  const connections = [1, 2, 3].map((hours) => ({
    atMs: NOW_MS - hours * HOUR_MS,
    began: 'resumed' as const,
  }));
  const change = (filter: string, more: Partial<ClientEvidence>) => {
    const subscriptions = [{ filter, subscribedAtMs: 0, waitingMessages: 100 }];
    return adviseOnClient(clientEvidence({ subscriptions, connections, ...more }), NOW_MS)[0]?.change;
  };

  it('is no policy where the service is the broker: it has a session for each client there', () => {
    expect(change('a/b', { edge: 'packets' })).not.toHaveProperty('policy');
  });

  it('is the permission for the topics of a shared subscription', () => {
    const { policy = '' } =
      change('$share/workers/a/+/c/#', { drops: { notAuthorized: 1 }, forbiddenTopics: ['a/b/c'] }) ?? {};
    expect(JSON.parse(policy)).toMatchObject({ Resource: 'arn:aws:iot:REGION:ACCOUNT:topic/a/*/c/*' });
  });

  it.each(['*', 'a/?', 'a/$'])('is no permission that means more than the filter %s', (filter) => {
    const { text, policy } = change(filter, { drops: { notAuthorized: 1 }, forbiddenTopics: [filter] }) ?? {};
    expect(text).toContain('iot:Receive');
    expect(policy).toBeUndefined();
  });
});
