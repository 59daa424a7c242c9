import * as z from 'zod/mini';
import { type ConfigurationInput, parseConfiguration } from '#session/configuration/configuration';
import { problemsOf } from '#session/configuration/configuration-problems';
import { ConfigurationError } from '#session/errors';
import { shown } from '#session/shown';
import type { ApiOptions } from './api/api-options.ts';
import type { ConsoleOptions } from './console/console-options.ts';

/** What cdk.json, or the file in its place, may say of a stack. */
export interface StackConfiguration extends ConfigurationInput {
  readonly api?: ApiOptions;
  readonly console?: ConsoleOptions | false;
}

/** The keys of a configuration, for sentences that say what is allowed. */
export const CONFIGURATION_KEYS = ['durableTopics', 'policies', 'settings', 'api', 'console'] as const;

/* Every `error` says what is allowed. */

const text = (error: string) => z.string({ error }).check(z.minLength(1, { error }));
const address = (error: string) =>
  z.string({ error }).check(z.regex(/^https:\/\/[^/\s]+(\/\S*)?$/, { error }));
const origin = (error: string) => z.string({ error }).check(z.regex(/^https?:\/\/[^/\s]+$/, { error }));
const ORIGINS = 'a list of origins such as https://fleet.example.com';
const AUDIENCE = 'a list of at least one audience of the tokens';
const LIMIT = 'a whole number of requests from 1';
const limit = z.number({ error: LIMIT }).check(z.int({ error: LIMIT }), z.gte(1, { error: LIMIT }));

const strict = <Shape extends z.core.$ZodShape>(shape: Shape, otherwise = '') =>
  z.strictObject(shape, {
    error: ({ code }) =>
      `${code === 'unrecognized_keys' ? '' : otherwise}an object with ${Object.keys(shape).join(', ')}`,
  });

const apiSchema = strict({
  jwt: z.optional(
    strict({
      issuer: address('the https:// address of an issuer of tokens'),
      audience: z.array(text(AUDIENCE), { error: AUDIENCE }).check(z.minLength(1, { error: AUDIENCE })),
      readScope: z.optional(text('the name of a scope')),
      writeScope: z.optional(text('the name of a scope')),
    }),
  ),
  corsOrigins: z.optional(z.array(origin(ORIGINS), { error: ORIGINS })),
  rateLimit: z.optional(limit),
  burstLimit: z.optional(limit),
});

const consoleOptionsSchema = strict(
  {
    clientId: z.optional(text('the client that the issuer knows the console by')),
    signInOrigins: z.optional(z.array(origin(ORIGINS), { error: ORIGINS })),
    domainPrefix: z.optional(text('the first part of the address of a sign-in page')),
    directory: z.optional(text('a folder with built files')),
  },
  'false, or ',
);

const operatorSchema = z.object({
  api: z.optional(apiSchema),
  console: z.optional(z.union([z.literal(false), consoleOptionsSchema])),
});

/**
 * The configuration of a stack as its author wrote it.
 *
 * @throws ConfigurationError that lists every problem, also a key that nothing would look at
 */
export function checkStackConfiguration(value: unknown): StackConfiguration {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigurationError([
      `${shown(value)} came; allowed: an object with ${CONFIGURATION_KEYS.join(', ')}`,
    ]);
  }
  const { api, console, ...others } = value as Record<string, unknown>;
  const known: readonly string[] = CONFIGURATION_KEYS;
  const session = Object.entries(others).filter(([key]) => known.includes(key));
  const problems = [
    ...Object.keys(others)
      .filter((key) => !known.includes(key))
      .map((key) => `${key}: unknown key; allowed: an object with ${CONFIGURATION_KEYS.join(', ')}`),
    ...sessionProblems(Object.fromEntries(session)),
    ...operatorProblems({ api, console }),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return value;
}

function sessionProblems(value: unknown): readonly string[] {
  try {
    parseConfiguration(value);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

function operatorProblems(value: object): readonly string[] {
  const { error } = operatorSchema.safeParse(value);
  return problemsOf((error?.issues ?? []).flatMap(flattened), value);
}

/** Of the two forms of `console`, the problems of the object are those to tell. */
function flattened(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const inner = issue.errors.at(-1) ?? [];
  return inner.map((each) => ({ ...each, path: [...issue.path, ...each.path] }));
}
