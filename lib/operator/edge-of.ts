import { choosePacketPolicy, choosePolicy, type SessionPolicy } from '#session/policy';
import type { Session } from '#session/session';
import type { SessionConfiguration } from '#session/session-configuration';

export type SessionEdge = 'lifecycle' | 'packets';

/** Who is the client's broker: of a connected client its connection tells, of one that never was the policy. */
export function edgeOf(
  clientId: string,
  session: Pick<Session, 'carrier' | 'connections'> | undefined,
  { policies }: SessionConfiguration,
): SessionEdge {
  if (session?.carrier !== undefined) return 'packets';
  const isProvisioned = session?.connections.at(-1)?.isProvisioned ?? true;
  return isProvisioned ? choosePolicy(policies, clientId).edge : 'lifecycle';
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
