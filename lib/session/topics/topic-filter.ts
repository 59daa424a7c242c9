import { shown } from '../shown.ts';
import {
  checkTopicSize,
  checkTopicText,
  firstRefusal,
  MQTT_LIMITS,
  refuse,
  sourceOf,
  type TopicCheck,
  type TopicLimits,
} from './topic-name.ts';

const SHARE_PREFIX = '$share/';

/**
 * Checks a topic filter, shared or not, as a SUBSCRIBE or UNSUBSCRIBE carries it.
 *
 * @example checkTopicFilter('devices/+/cmd/#') // { valid: true }
 */
export function checkTopicFilter(filter: string, limits: TopicLimits = MQTT_LIMITS): TopicCheck {
  const text = checkTopicText(filter, 'topic filter');
  if (!text.valid) return text;
  if (!filter.startsWith(SHARE_PREFIX)) {
    return firstRefusal(checkTopicSize(filter, limits, 'topic filter'), checkWildcards(filter));
  }
  const share = parseSharedFilter(filter);
  if (share.shareName === undefined) {
    return refuse(
      `a shared subscription is $share/<share name>/<filter>, but ${shown(filter)} lacks a part`,
      filter.startsWith(`${SHARE_PREFIX}/`) ? 'MQTT-4.8.2-1' : 'MQTT-4.8.2-2',
    );
  }
  // The broker's limits are for the filter inside; its share names have their own.
  return firstRefusal(
    checkShareName(share.shareName, limits),
    checkTopicSize(filter, MQTT_LIMITS, 'topic filter'),
    checkTopicSize(share.filter, limits, 'topic filter'),
    checkWildcards(share.filter),
  );
}

/**
 * Splits `$share/<share name>/<filter>`. What is not of that form, comes back whole as `filter`.
 *
 * @example parseSharedFilter('$share/workers/jobs/+') // { shareName: 'workers', filter: 'jobs/+' }
 */
export function parseSharedFilter(filter: string): { shareName?: string; filter: string } {
  const parts = /^\$share\/([^/]+)\/(.+)$/s.exec(filter);
  const [, shareName, inner] = parts ?? [];
  return shareName === undefined || inner === undefined ? { filter } : { shareName, filter: inner };
}

/**
 * Does this filter, without `$share`, match this topic?
 *
 * @example matches('devices/#', 'devices') // true: `#` also matches its parent
 */
export function matches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && startsWithWildcard(filter)) return false;
  const filterLevels = filter.split('/');
  const topicLevels = topic.split('/');
  for (const [index, level] of filterLevels.entries()) {
    // Every level before has matched, so the topic has at least the parent's levels.
    if (level === '#') return true;
    if (index >= topicLevels.length) return false;
    if (level !== '+' && level !== topicLevels[index]) return false;
  }
  return filterLevels.length === topicLevels.length;
}

/**
 * Is there any topic that both filters, without `$share`, match?
 *
 * @example overlaps('a/+', '+/b') // true: `a/b`
 */
export function overlaps(filterA: string, filterB: string): boolean {
  if (filterA.startsWith('$') && startsWithWildcard(filterB)) return false;
  if (filterB.startsWith('$') && startsWithWildcard(filterA)) return false;
  // All they have in common is the empty topic, which is none ([MQTT-4.7.3-1]).
  if (filterA === '+' && filterB === '/#') return false;
  if (filterB === '+' && filterA === '/#') return false;
  const levelsA = filterA.split('/');
  const levelsB = filterB.split('/');
  for (let index = 0; index < Math.max(levelsA.length, levelsB.length); index += 1) {
    const levelA = levelsA[index];
    const levelB = levelsB[index];
    if (levelA === '#' || levelB === '#') return true;
    if (levelA === undefined || levelB === undefined) return false;
    if (levelA !== levelB && levelA !== '+' && levelB !== '+') return false;
  }
  return true;
}

/** [MQTT-4.7.2-1] A filter that starts with a wildcard matches no topic that begins with `$`. */
export function startsWithWildcard(filter: string): boolean {
  return filter.startsWith('+') || filter.startsWith('#');
}

function checkShareName(shareName: string, limits: TopicLimits): TopicCheck {
  if (/[+#]/.test(shareName)) {
    return refuse(`a share name has no wildcards, but ${shown(shareName)} contains one`, 'MQTT-4.8.2-2');
  }
  const maximum = limits.maximumShareNameCharacters;
  if (maximum === undefined || shareName.length <= maximum) return { valid: true };
  return refuse(
    `a share name has at most ${maximum} characters, but this one has ${shareName.length}`,
    sourceOf(limits),
  );
}

function checkWildcards(filter: string): TopicCheck {
  const levels = filter.split('/');
  for (const [index, level] of levels.entries()) {
    if (level.includes('#') && (level !== '#' || index !== levels.length - 1)) {
      return refuse(`# stands alone in the last level, but not in ${shown(filter)}`, 'MQTT-4.7.1-1');
    }
    if (level.includes('+') && level !== '+') {
      return refuse(`+ stands alone in its level, but not in ${shown(filter)}`, 'MQTT-4.7.1-2');
    }
  }
  return { valid: true };
}
