import { ConfigurationError } from '../errors.ts';
import { defaultMqtt311Interval, FOLLOW_BROKER, type SessionPolicy } from './policy.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';

/** The part of the configuration that functions read. */
export interface SessionConfiguration {
  readonly policies: readonly SessionPolicy[];
  readonly settings: Settings;
}

/** What a policy has where it says nothing. A maximum below the usual default lowers that too. */
function defaultsOf({ maximumSessionExpiryInterval }: Partial<SessionPolicy>): SessionPolicy {
  const maximum = maximumSessionExpiryInterval ?? FOLLOW_BROKER.maximumSessionExpiryInterval;
  return { ...FOLLOW_BROKER, mqtt311SessionExpiryInterval: defaultMqtt311Interval(maximum) };
}

/** JSON for the functions' environment. Defaults are left out, since the space is small. */
export function serializeSessionConfiguration({ policies, settings }: SessionConfiguration): string {
  return JSON.stringify({
    policies: policies.map(statedPolicy),
    settings: differing(settings, DEFAULT_SETTINGS),
  });
}

/** A policy as its author would write it: without what it has where it says nothing. */
export function statedPolicy(policy: SessionPolicy): Partial<SessionPolicy> {
  return { clients: policy.clients, ...differing(policy, defaultsOf(policy)) };
}

function differing<Value extends object>(value: Value, defaults: Value): Partial<Value> {
  const entries = Object.entries(value).filter(([key, entry]) => entry !== Reflect.get(defaults, key));
  return Object.fromEntries(entries) as Partial<Value>;
}

/**
 * Reads what `serializeSessionConfiguration` wrote, from the environment variable SESSION_CONFIGURATION. The
 * stack has checked it already, value by value; a function only makes sure at its start that it is that, so
 * that no schema has to be loaded.
 *
 * @throws ConfigurationError that lists every problem
 */
export function parseSessionConfiguration(json: string): SessionConfiguration {
  const value = objectIn(parseJson(json), 'the configuration', ['policies', 'settings']);
  const policies = Reflect.get(value, 'policies') ?? [];
  if (!Array.isArray(policies)) throw refused('policies', 'no list', 'a list of policies');
  return {
    policies: policies.map((policy, index) => policyFrom(policy, `policies[${index}]`)),
    settings: {
      ...DEFAULT_SETTINGS,
      ...objectIn(Reflect.get(value, 'settings') ?? {}, 'settings', Object.keys(DEFAULT_SETTINGS)),
    },
  };
}

const POLICY_KEYS = [...Object.keys(FOLLOW_BROKER), 'noticeTopic'];

function policyFrom(value: unknown, path: string): SessionPolicy {
  const policy: Partial<SessionPolicy> = objectIn(value, path, POLICY_KEYS);
  if (typeof policy.clients !== 'string') throw refused(`${path}.clients`, 'no text', 'a pattern');
  return { ...defaultsOf(policy), ...policy };
}

function objectIn(value: unknown, path: string, keys: readonly string[]): object {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const allowed = `an object with ${keys.join(', ')}`;
  if (!isObject) throw refused(path, 'no object', allowed);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw refused(path, `the unknown key ${unknown}`, allowed);
  return value;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw refused('the configuration', 'text that is not JSON', 'JSON', cause);
  }
}

function refused(path: string, came: string, allowed: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError([`SESSION_CONFIGURATION: ${path}: ${came} came; allowed: ${allowed}`], {
    cause,
  });
}
