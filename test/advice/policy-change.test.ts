import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adviseOnClient } from '#advice/advise';
import type { ClientEvidence } from '#advice/evidence';
import { type PolicyInput, parseConfiguration } from '#session/configuration/configuration';
import { choosePacketPolicy, choosePolicy } from '#session/configuration/policy';
import { NEVER } from '#session/expiry';
import { randomSeed } from '#test/session/random-seed';
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

const NEIGHBOURS = ['vehicle-8', 'vehicle-70', 'vehicle-', 'xvehicle-7', 'lamp'];

const interval = fc.constantFrom(0, 60, 3_600, 7_200, 86_400, 604_800, NEVER);
const policyInput: fc.Arbitrary<PolicyInput> = fc
  .record(
    {
      clients: fc.constantFrom('*', 'vehicle-*', '*-7', 'v*7', CLIENT),
      sessionExpiryInterval: fc.oneof(fc.constantFrom('client', 'broker', 'never'), interval),
      defaultSessionExpiryInterval: interval,
      maximumSessionExpiryInterval: fc.oneof(fc.constant('never'), interval),
      mqtt311SessionExpiryInterval: interval,
      edge: fc.constantFrom('lifecycle', 'packets'),
      queueQos0: fc.boolean(),
      overflow: fc.constantFrom('drop-oldest', 'drop-newest'),
      maximumPendingBytes: fc.integer({ min: 1 }),
      delivery: fc.constantFrom('service', 'broker'),
      noticeTopic: fc.constantFrom('present/x', 'a'),
    },
    { requiredKeys: ['clients'] },
  )
  .map((policy) => policy as PolicyInput)
  .filter((policy) => isAccepted(policy));

function isAccepted(...policies: PolicyInput[]): boolean {
  try {
    return policiesOf(...policies).length > 0;
  } catch {
    return false;
  }
}

/** Evidence for every advice that has a policy line. */
const evidence: fc.Arbitrary<Partial<ClientEvidence>> = fc
  .tuple(interval, fc.integer({ min: 1, max: 5_000 }))
  .chain(([sessionExpiryInterval, hours]) =>
    fc.constantFrom<Partial<ClientEvidence>>(
      neverAwayForLong(sessionExpiryInterval),
      { sessionExpiryInterval, absences: [absence(hours, { hadExpired: true, lostMessages: 7 })] },
      { sessionExpiryInterval, status: 'disconnected', disconnectedAtMs: NOW_MS - hours * HOUR_MS },
      {
        sessionExpiryInterval,
        subscriptions: [{ filter: 'a/b', subscribedAtMs: 0, waitingMessages: 100 }],
        connections: [1, 2, 3].map((ago) => ({ atMs: NOW_MS - ago * HOUR_MS, began: 'resumed' as const })),
      },
    ),
  );

describe('a policy line, whatever the policies and the advice', () => {
  it('is taken where its text says that it belongs, and leaves every other client alone', () => {
    let lines = 0;
    fc.assert(
      fc.property(policyInput, policyInput, fc.boolean(), evidence, (first, second, isPacket, more) => {
        const inputs = [first, second].filter((_, index, all) => isAccepted(...all) || index === 0);
        const edge = isPacket ? 'packets' : 'lifecycle';
        const policy = (isPacket ? choosePacketPolicy : choosePolicy)(policiesOf(...inputs), CLIENT);
        for (const { change } of adviseOnClient(clientEvidence({ policy, edge, ...more }), NOW_MS)) {
          if (change.policy === undefined) continue;
          lines += 1;
          const line: PolicyInput = JSON.parse(change.policy);
          const others = change.text.includes('in the place of')
            ? inputs.filter(({ clients }) => clients !== CLIENT)
            : inputs;
          const after = policiesOf(line, ...others);
          expect(choosePolicy(after, CLIENT)).toMatchObject(line);
          for (const other of NEIGHBOURS)
            expect(choosePolicy(after, other)).toEqual(choosePolicy(policiesOf(...inputs), other));
        }
      }),
      { seed: randomSeed, numRuns: 1_000 },
    );
    expect(lines).toBeGreaterThan(100);
  });
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
