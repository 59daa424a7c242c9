import { LocalCloudError } from '#local/errors';

/** A pattern of an event source mapping, parsed: each leaf lists the values that it takes. */
export type EventFilter = Readonly<Record<string, unknown>>;

type Condition = (value: unknown) => boolean;

/** True without filters, or if one of them matches. */
export function matchesAny(filters: readonly EventFilter[], event: unknown): boolean {
  return filters.length === 0 || filters.some((filter) => matches(filter, event));
}

export function parseFilter(pattern: string): EventFilter {
  const parsed: unknown = JSON.parse(pattern);
  if (!isObject(parsed)) throw unsupported(pattern);
  check(parsed, pattern);
  return parsed;
}

function matches(filter: EventFilter, event: unknown): boolean {
  return Object.entries(filter).every(([key, expected]) => {
    const value = isObject(event) ? event[key] : undefined;
    if (Array.isArray(expected)) return expected.some((entry) => conditionOf(entry)?.(value) ?? false);
    return matches(expected as EventFilter, value);
  });
}

/** Refuses what would silently match nothing. */
function check(filter: EventFilter, pattern: string): void {
  for (const expected of Object.values(filter)) {
    if (Array.isArray(expected)) {
      if (expected.some((entry) => conditionOf(entry) === undefined)) throw unsupported(pattern);
    } else if (isObject(expected)) check(expected, pattern);
    else throw unsupported(pattern);
  }
}

function conditionOf(entry: unknown): Condition | undefined {
  if (!isObject(entry)) return (value) => value === entry;
  const [[operator, operand] = [], ...others] = Object.entries(entry);
  if (others.length > 0) return undefined;
  switch (operator) {
    case 'exists':
      return (value) => (value !== undefined && !isObject(value)) === operand;
    case 'prefix':
      return (value) => typeof value === 'string' && value.startsWith(String(operand));
    case 'suffix':
      return (value) => typeof value === 'string' && value.endsWith(String(operand));
    case 'anything-but':
      return (value) => value !== undefined && ![operand].flat().includes(value);
    default:
      return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unsupported(pattern: string): LocalCloudError {
  return new LocalCloudError(
    'template.unknownProperty',
    `The event filter ${pattern} came; the local cloud knows lists of values, exists, prefix, suffix and anything-but.`,
  );
}
