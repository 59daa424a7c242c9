import { LIMITS } from './limits.ts';

const RULES_PREFIX = /^\$aws\/rules\/([^/]+)(?:\/(.*))?$/s;
const SHARED = /^\$share\/([^/+#]+)\/(.+)$/s;

/** Undefined if the topic may be published to, otherwise the reason why not. */
export function topicProblem(topic: string): string | undefined {
  if (topic === '') return 'the topic is empty';
  if (/[+#]/.test(topic)) return 'the topic has a wildcard';
  return textProblem(topic) ?? sizeProblem(basicIngestOf(topic)?.topic ?? topic);
}

/** Undefined if the filter may be subscribed to, otherwise the reason why not. */
export function filterProblem(filter: string): string | undefined {
  const { shareName, filter: inner } = parseSharedFilter(filter);
  if (filter.startsWith('$share/') && shareName === undefined) return 'the shared filter lacks a part';
  if ((shareName ?? '').length > LIMITS.shareNameCharacters) return 'the share name is too long';
  if (inner === '') return 'the filter is empty';
  const levels = inner.split('/');
  const misplaced = levels.some(
    (level, index) =>
      (level.includes('#') && (level !== '#' || index < levels.length - 1)) ||
      (level.includes('+') && level !== '+'),
  );
  if (misplaced) return 'a wildcard is not a level of its own, or # is not the last';
  return textProblem(inner) ?? sizeProblem(inner);
}

function textProblem(text: string): string | undefined {
  return text.includes('\0') ? 'it has the character U+0000' : undefined;
}

function sizeProblem(text: string): string | undefined {
  if (Buffer.byteLength(text) > LIMITS.topicBytes) return `it has more than ${LIMITS.topicBytes} bytes`;
  if (text.split('/').length - 1 > LIMITS.topicSlashes)
    return `it has more than ${LIMITS.topicSlashes} slashes`;
  return undefined;
}

/** Splits `$aws/rules/<rule name>/<topic>`, which goes to that rule alone. */
export function basicIngestOf(topic: string): { ruleName: string; topic: string } | undefined {
  const [, ruleName, rest] = RULES_PREFIX.exec(topic) ?? [];
  return ruleName === undefined ? undefined : { ruleName, topic: rest ?? '' };
}

/** Splits `$share/<share name>/<filter>`. */
export function parseSharedFilter(filter: string): { shareName?: string; filter: string } {
  const [, shareName, inner] = SHARED.exec(filter) ?? [];
  return shareName === undefined || inner === undefined ? { filter } : { shareName, filter: inner };
}

/**
 * As IoT Core matches: other than in MQTT (4.7.1.2), `sensor/#` does not match `sensor`.
 *
 * @example matches('sensor/#', 'sensor') // false
 */
export function matches(filter: string, topic: string): boolean {
  // [MQTT-4.7.2-1]
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  const filterLevels = filter.split('/');
  const topicLevels = topic.split('/');
  for (const [index, level] of filterLevels.entries()) {
    if (index >= topicLevels.length) return false;
    if (level === '#') return true;
    if (level !== '+' && level !== topicLevels[index]) return false;
  }
  return filterLevels.length === topicLevels.length;
}
