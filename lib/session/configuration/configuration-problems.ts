import type * as z from 'zod/mini';
import { shown } from '../shown.ts';
import { overlaps } from '../topics/topic-filter.ts';
import { checkDurableFilter, intervalSchema } from './configuration-schema.ts';
import { FOLLOW_BROKER, matchesClientPattern } from './policy.ts';

type Path = readonly PropertyKey[];

/** Each problem of a value that the schema refused: where, what came, what is allowed. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], value: unknown): string[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map(
        (key) => `${where([...issue.path, key], value)}: unknown key; allowed: ${issue.message}`,
      );
    }
    return [sentence(issue.path, value, issue.message)];
  });
}

/** Contradictions between durable topics: a message that two of them match would be logged twice. */
export function overlapProblems(value: unknown): string[] {
  const filters = elements(value, 'durableTopics')
    .map((topic, index) => ({ index, filter: typeof topic === 'string' ? topic : field(topic, 'filter') }))
    .filter((entry): entry is { index: number; filter: string } => isDurableFilter(entry.filter));
  return filters.flatMap(({ index, filter }) =>
    filters
      .filter((other) => other.index < index && overlaps(other.filter, filter))
      .map((other) =>
        sentence(
          ['durableTopics', index],
          value,
          `filters that have no topic in common with durableTopics[${other.index}] (${shown(other.filter)}), since a message on such a topic would be logged twice`,
        ),
      ),
  );
}

/** Contradictions within a policy, and policies that no client can reach. */
export function policyProblems(value: unknown): string[] {
  const policies = elements(value, 'policies');
  return policies.flatMap((policy, index) => [
    ...intervalsAboveMaximum(policy).map((key) => {
      const maximum = maximumOf(policy);
      return sentence(
        ['policies', index, key],
        value,
        `at most maximumSessionExpiryInterval, which is ${maximum} seconds; lower the interval or raise the maximum`,
      );
    }),
    ...withoutMeaning(policy).map((key) =>
      sentence(
        ['policies', index, key],
        value,
        `nothing together with edge 'packets', where the service is the broker and CONNACK tells Session Present; leave ${key} out`,
      ),
    ),
    ...shadows(policies, index).map((earlier) =>
      sentence(
        ['policies', index, 'clients'],
        value,
        `clients that no earlier policy has taken; policies[${earlier}] matches all of these, and the first match wins`,
      ),
    ),
  ]);
}

function intervalsAboveMaximum(policy: unknown): string[] {
  const maximum = maximumOf(policy);
  if (maximum === undefined) return [];
  return ['sessionExpiryInterval', 'defaultSessionExpiryInterval', 'mqtt311SessionExpiryInterval'].filter(
    (key) => (interval(field(policy, key)) ?? 0) > maximum,
  );
}

function maximumOf(policy: unknown): number | undefined {
  return interval(
    field(policy, 'maximumSessionExpiryInterval') ?? FOLLOW_BROKER.maximumSessionExpiryInterval,
  );
}

/** What only the lifecycle edge could do. */
function withoutMeaning(policy: unknown): string[] {
  if (field(policy, 'edge') !== 'packets') return [];
  const mirrors = field(policy, 'delivery') === 'broker' ? ['delivery'] : [];
  return field(policy, 'noticeTopic') === undefined ? mirrors : [...mirrors, 'noticeTopic'];
}

/** An earlier pattern that matches a later one as text matches all that the later one matches. */
function shadows(policies: readonly unknown[], index: number): number[] {
  const clients = field(policies[index], 'clients');
  if (typeof clients !== 'string') return [];
  const earlier = policies.slice(0, index).findIndex((policy) => {
    const pattern = field(policy, 'clients');
    return typeof pattern === 'string' && matchesClientPattern(pattern, clients);
  });
  return earlier < 0 ? [] : [earlier];
}

const isDurableFilter = (filter: unknown): boolean =>
  typeof filter === 'string' && checkDurableFilter(filter).valid;

const interval = (value: unknown): number | undefined => intervalSchema.safeParse(value).data;

function elements(value: unknown, key: string): readonly unknown[] {
  const list = field(value, key);
  return Array.isArray(list) ? list : [];
}

function field(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function sentence(path: Path, value: unknown, allowed: string): string {
  return `${where(path, value)}: ${shown(at(given(path, value), value))} came; allowed: ${allowed}`;
}

/** A durable topic may be given as its filter alone, which is then the place itself. */
function given(path: Path, value: unknown): Path {
  return path[0] === 'durableTopics' && typeof at(path.slice(0, 2), value) === 'string'
    ? path.slice(0, 2)
    : path;
}

function at(path: Path, value: unknown): unknown {
  return path.reduce<unknown>((inside, key) => field(inside, key), value);
}

function where(path: Path, value: unknown): string {
  const text = given(path, value)
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('');
  return text === '' ? 'configuration' : text.replace(/^\./, '');
}
