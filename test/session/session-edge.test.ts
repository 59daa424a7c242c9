import { expect, it } from 'vitest';
import { FOLLOW_BROKER } from '#session/configuration/policy';
import { DEFAULT_SETTINGS } from '#session/configuration/settings';
import { edgeOf, policyOf, rulesOf } from '#session/session-edge';

const policy = { ...FOLLOW_BROKER, clients: 'lifecycle-*' };
const packets = { ...FOLLOW_BROKER, clients: 'packets-*', edge: 'packets' } as const;
const configuration = { policies: [policy, packets], settings: DEFAULT_SETTINGS };
const connection = { sessionIdentifier: 's1', seenAtMs: 0 };
const provisioned = { ...connection, isProvisioned: true } as const;

it.each([
  ['of a client without a session the policy tells', 'packets-1', undefined, 'packets'],
  ['of one that no policy names, the lifecycle edge', 'other-1', undefined, 'lifecycle'],
  ['of one made in advance the policy tells', 'packets-1', { connections: [provisioned] }, 'packets'],
  [
    'of one that the broker has connected, whatever the policy',
    'packets-1',
    { connections: [connection] },
    'lifecycle',
  ],
  [
    'of one that a carrier has connected, whatever the policy',
    'lifecycle-1',
    { connections: [connection], carrier: 'here' },
    'packets',
  ],
] as const)('which edge keeps a session: %s', (_, clientId, session, edge) => {
  expect(edgeOf(clientId, session, configuration)).toBe(edge);
});

it('a session of the packet edge follows its policy there: CONNECT says the interval that the broker would have', () => {
  const session = { clientId: 'lifecycle-1', connections: [connection], carrier: 'here' };
  expect(policyOf(session.clientId, session, configuration)).toMatchObject({
    sessionExpiryInterval: 'client',
  });
  expect(
    rulesOf({ ...session, clientId: 'packets-1', connections: [provisioned] }, configuration),
  ).toMatchObject({
    policy: { clients: 'packets-*', sessionExpiryInterval: 'client' },
    settings: DEFAULT_SETTINGS,
  });
  const { carrier: _, ...lifecycle } = session;
  expect(rulesOf(lifecycle, configuration).policy).toEqual(policy);
});
