import { MAXIMUM_KEY_TEXT_BYTES, utf8Bytes } from '../utf8.ts';
import { startsWithWildcard } from './topic-filter.ts';

const LITERAL = 'l';

/**
 * Where the wildcards of a filter stand: `l` for each literal level, `+` and `#` for themselves, joined by `/`.
 * Of one shape at most one filter can match a given topic, which is what makes routing a look-up by key.
 *
 * @example shapeOf('devices/+/cmd/#') // 'l/+/l/#'
 */
export function shapeOf(filter: string): string {
  return filter
    .split('/')
    .map((level) => (level === '+' || level === '#' ? level : LITERAL))
    .join('/');
}

/** Whether a filter and its shape can be kept as keys: a shape has two bytes for each level, however short that is. */
export function fitsKeys(filter: string): boolean {
  return Math.max(utf8Bytes(filter), utf8Bytes(shapeOf(filter))) <= MAXIMUM_KEY_TEXT_BYTES;
}

/**
 * The only filter of this shape that can match this topic.
 *
 * @example candidateFilter('l/#', 'devices') // 'devices/#': `#` also matches its parent
 */
export function candidateFilter(shape: string, topic: string): string | undefined {
  return candidateOf(shape, topic.split('/'), topic.startsWith('$'));
}

/** The filters to look up for this topic, at most one a shape. */
export function candidateFilters(shapes: Iterable<string>, topic: string): string[] {
  const topicLevels = topic.split('/');
  const reserved = topic.startsWith('$');
  const candidates = new Set<string>();
  for (const shape of shapes) {
    const candidate = candidateOf(shape, topicLevels, reserved);
    // A longer one is no route.
    if (candidate !== undefined && utf8Bytes(candidate) <= MAXIMUM_KEY_TEXT_BYTES) candidates.add(candidate);
  }
  return [...candidates];
}

function candidateOf(shape: string, topicLevels: readonly string[], reserved: boolean): string | undefined {
  // [MQTT-4.7.2-1]
  if (reserved && startsWithWildcard(shape)) return undefined;
  const shapeLevels = shape.split('/');
  const open = shapeLevels.at(-1) === '#';
  const depth = open ? shapeLevels.length - 1 : shapeLevels.length;
  if (open ? topicLevels.length < depth : topicLevels.length !== depth) return undefined;
  const candidate = topicLevels
    .slice(0, depth)
    .map((level, index) => (shapeLevels[index] === LITERAL ? level : '+'));
  return (open ? [...candidate, '#'] : candidate).join('/');
}
