import { choosePacketPolicy, choosePolicy, type SessionPolicy } from './configuration/policy.ts';
import type { SessionConfiguration } from './configuration/session-configuration.ts';
import type { LifeRules } from './life/life.ts';
import type { Session } from './session.ts';

export type SessionEdge = 'lifecycle' | 'packets';

/** Who is the client's broker: of a connected client its connection tells, of one that never was the policy. */
export function edgeOf(
  clientId: string,
  session: Pick<Session, 'carrier' | 'connections'> | undefined,
  { policies }: SessionConfiguration,
): SessionEdge {
  if (session?.carrier !== undefined) return 'packets';
  const newest = session?.connections.at(-1);
  const wasConnected = newest !== undefined && newest.isProvisioned !== true;
  return wasConnected ? 'lifecycle' : choosePolicy(policies, clientId).edge;
}

/** The policy that the client's edge computes its session with. */
export function policyOf(
  clientId: string,
  session: Pick<Session, 'carrier' | 'connections'> | undefined,
  configuration: SessionConfiguration,
): SessionPolicy {
  const choose = edgeOf(clientId, session, configuration) === 'packets' ? choosePacketPolicy : choosePolicy;
  return choose(configuration.policies, clientId);
}

/** The rules that the lives of a client are computed with. */
export function rulesOf(
  session: Pick<Session, 'clientId' | 'carrier' | 'connections'>,
  configuration: SessionConfiguration,
): LifeRules {
  return { policy: policyOf(session.clientId, session, configuration), settings: configuration.settings };
}
