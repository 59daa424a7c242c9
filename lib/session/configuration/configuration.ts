import { ConfigurationError } from '../errors.ts';
import { overlapProblems, policyProblems, problemsOf } from './configuration-problems.ts';
import { configurationSchema } from './configuration-schema.ts';
import type { SessionPolicy } from './policy.ts';
import type { SessionConfiguration } from './session-configuration.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';

export { DEFAULT_SETTINGS, type Settings };

/** A topic filter whose messages go to the message log. */
export interface DurableTopic {
  readonly filter: string;
  /** That its publishers use. */
  readonly qos: 0 | 1;
  /** Seconds; absent = as long as the sessions that wait for it. */
  readonly messageExpiryInterval?: number;
}

/** A durable topic as a user writes it; a string is its filter. */
export type DurableTopicInput = string | (Pick<DurableTopic, 'filter'> & Partial<DurableTopic>);

type IntervalKey =
  | 'defaultSessionExpiryInterval'
  | 'maximumSessionExpiryInterval'
  | 'mqtt311SessionExpiryInterval';

/** A policy as a user writes it; what it leaves unsaid is as for a client without a policy. */
export type PolicyInput = Pick<SessionPolicy, 'clients'> &
  Partial<Omit<SessionPolicy, IntervalKey>> & { readonly [Key in IntervalKey]?: number | 'never' };

/** The configuration as a user writes it. */
export interface ConfigurationInput {
  readonly durableTopics?: readonly DurableTopicInput[];
  /** The first one that matches a client identifier wins. */
  readonly policies?: readonly PolicyInput[];
  readonly settings?: Partial<Settings>;
}

/** The configuration with every default filled in. */
export interface Configuration extends SessionConfiguration {
  readonly durableTopics: readonly DurableTopic[];
}

/**
 * Checks a user's configuration and fills in its defaults.
 *
 * @example parseConfiguration({ durableTopics: ['devices/+/cmd/#'], policies: [{ clients: 'durable-*', sessionExpiryInterval: 3600 }] })
 * @throws ConfigurationError that lists every problem
 */
export function parseConfiguration(value: unknown): Configuration {
  const result = configurationSchema.safeParse(value);
  const problems = [
    ...problemsOf(result.error?.issues ?? [], value),
    ...overlapProblems(value),
    ...policyProblems(value),
  ];
  if (!result.success || problems.length > 0) throw new ConfigurationError(problems);
  const durableTopics = result.data.durableTopics.map(({ messageExpiryInterval, ...topic }) => ({
    ...topic,
    ...(messageExpiryInterval === undefined ? {} : { messageExpiryInterval }),
  }));
  return { ...result.data, durableTopics };
}
