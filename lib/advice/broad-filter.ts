import { parseSharedFilter } from '#session/topics/topic-filter';
import type { Advice } from './advice.ts';
import { adviceId } from './advice-id.ts';
import type { FilterEvidence } from './evidence.ts';

/** Ten a second. */
const FLOOD_PER_HOUR = 36_000;
const HOURS_PER_MONTH = 730;

/** Whether the filter says next to nothing: its first level is a wildcard, or everything after it. */
export function isBroad(filter: string): boolean {
  const [first = '', ...rest] = parseSharedFilter(filter).filter.split('/');
  if (first === '#' || first === '+') return true;
  return rest.every((level) => level === '#' || level === '+');
}

/** A filter that logs a flood. Every message is one write unit and more, once for each filter that it matches. */
export function broadFilter({ filter, messagesPerHour, subscribers }: FilterEvidence): Advice | undefined {
  if (messagesPerHour < FLOOD_PER_HOUR || !isBroad(filter)) return undefined;
  const writeUnitsPerMonth = Math.round(messagesPerHour * HOURS_PER_MONTH);
  const clients = subscribers === 1 ? 'one client' : `${subscribers} clients`;
  return {
    id: adviceId({ kind: 'broadFilter', severity: 'info', filter }),
    kind: 'broadFilter',
    severity: 'info',
    filter,
    summary: `${filter} logs ${Math.round(messagesPerHour)} messages an hour for ${clients}.`,
    evidence: { messagesPerHour: Math.round(messagesPerHour), subscribers, writeUnitsPerMonth },
    change: {
      text: 'Subscribe to the topics that are needed, by a filter with more levels; or take the topics that nobody has to receive late out of the durable topics.',
    },
  };
}
