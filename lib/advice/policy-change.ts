import { MAXIMUM_PATTERN_CHARACTERS, type SessionPolicy } from '#session/configuration/policy';
import { statedPolicy } from '#session/configuration/session-configuration';
import type { Advice } from './advice.ts';
import type { ClientEvidence } from './evidence.ts';

const ABOVE = 'Put the line above the other policies: the first that matches wins.';
/** A second policy for the same clients would be refused, since nothing could reach it. */
const INSTEAD = 'Put the line in the place of the policy that is for this client alone.';
const NO_PATTERN =
  'No policy can be written for this client alone, since its identifier is too long for a pattern or holds a *.';

/**
 * A change by a session policy for one client (cdk.json, `mqttSessions.policies`). It takes the place of the one that
 * the client has now, so it says all that one says, but for what is to be different.
 */
export function policyChange(
  text: string,
  { clientId, policy }: Pick<ClientEvidence, 'clientId' | 'policy'>,
  different: Partial<SessionPolicy>,
): Advice['change'] {
  // A device chooses its identifier: as a pattern it may not stand for others.
  if (clientId.includes('*') || clientId.length > MAXIMUM_PATTERN_CHARACTERS)
    return { text: `${text} ${NO_PATTERN}` };
  const line = statedPolicy({ ...policy, ...different, clients: clientId });
  const place = policy.clients === clientId ? INSTEAD : ABOVE;
  return { text: `${text} ${place}`, policy: JSON.stringify(line) };
}

/** With a lower maximum no interval of a policy may be above it. */
export function withMaximum(policy: SessionPolicy, maximum: number): Partial<SessionPolicy> {
  const { sessionExpiryInterval: source } = policy;
  const isAbove = source === 'never' || (typeof source === 'number' && source > maximum);
  return {
    maximumSessionExpiryInterval: maximum,
    sessionExpiryInterval: isAbove ? maximum : source,
    defaultSessionExpiryInterval: Math.min(policy.defaultSessionExpiryInterval, maximum),
    mqtt311SessionExpiryInterval: Math.min(policy.mqtt311SessionExpiryInterval, maximum),
  };
}

/**
 * What has to be different for an interval that the policy has set to be that long; undefined where it was not the
 * policy: a device may ask for less than any policy gives.
 */
export function withInterval(
  policy: SessionPolicy,
  inForce: number,
  wanted: number,
): Partial<SessionPolicy> | undefined {
  const maximumSessionExpiryInterval = Math.max(policy.maximumSessionExpiryInterval, wanted);
  const { sessionExpiryInterval: source } = policy;
  if (source === 'broker') return { sessionExpiryInterval: wanted, maximumSessionExpiryInterval };
  if (source !== 'client')
    return source === inForce ? { sessionExpiryInterval: wanted, maximumSessionExpiryInterval } : undefined;
  const defaults = (['defaultSessionExpiryInterval', 'mqtt311SessionExpiryInterval'] as const).filter(
    (key) => policy[key] === inForce,
  );
  if (defaults.length === 0 && policy.maximumSessionExpiryInterval !== inForce) return undefined;
  return { maximumSessionExpiryInterval, ...Object.fromEntries(defaults.map((key) => [key, wanted])) };
}
