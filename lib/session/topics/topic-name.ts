import { shown } from '../shown.ts';
import { hasLoneSurrogate, hasNull, utf8Bytes } from '../utf8.ts';

/** How long and how deep a topic may be. */
export interface TopicLimits {
  /** Of the UTF-8 form. */
  readonly maximumBytes: number;
  /** Levels, which are one more than slashes. */
  readonly maximumLevels: number;
  /** Of the `<share name>` in `$share/<share name>/<filter>`; absent = any. */
  readonly maximumShareNameCharacters?: number;
  /** Where the limits come from, named in refusals. */
  readonly clause?: string;
  /** true: the first three levels of `$aws/rules/<rule>/…` count neither as bytes nor as levels. */
  readonly basicIngest?: boolean;
}

export type TopicCheck = { valid: true } | { valid: false; reason: string; clause: string };

/** What MQTT itself allows. Clause numbers are those of MQTT 5.0. */
export const MQTT_LIMITS: TopicLimits = { maximumBytes: 65_535, maximumLevels: Number.POSITIVE_INFINITY };

/** What AWS IoT Core allows: 256 bytes and 7 slashes. */
export const IOT_CORE_LIMITS: TopicLimits = {
  maximumBytes: 256,
  maximumLevels: 8,
  maximumShareNameCharacters: 128,
  clause: 'AWS IoT Core message broker quotas',
  basicIngest: true,
};

/** The clause or quota that a limit comes from. */
export const sourceOf = (limits: TopicLimits): string => limits.clause ?? 'MQTT-4.7.3-3';

export const refuse = (reason: string, clause: string): TopicCheck => ({ valid: false, reason, clause });

/**
 * Checks the name of one topic, as a PUBLISH or a will carries it.
 *
 * @example checkTopicName('devices/+/state') // { valid: false, reason: '…wildcard…', clause: 'MQTT-4.7.0-1' }
 */
export function checkTopicName(topic: string, limits: TopicLimits = MQTT_LIMITS): TopicCheck {
  const text = checkTopicText(topic, 'topic name');
  if (!text.valid) return text;
  const wildcard = /[+#]/.exec(topic);
  if (wildcard) {
    return refuse(
      `a topic name has no wildcards, but ${shown(topic)} contains ${wildcard[0]}`,
      'MQTT-4.7.0-1',
    );
  }
  return firstRefusal(
    checkTopicSize(topic, MQTT_LIMITS, 'topic name'),
    checkTopicSize(countedPart(topic, limits), limits, 'topic name'),
  );
}

export function firstRefusal(...checks: TopicCheck[]): TopicCheck {
  return checks.find((check) => !check.valid) ?? { valid: true };
}

/** What topic names, topic filters and the filter inside a shared one have in common. */
export function checkTopicText(text: string, what: string): TopicCheck {
  if (text === '') return refuse(`a ${what} has at least one character, but it is empty`, 'MQTT-4.7.3-1');
  if (hasNull(text)) {
    return refuse(`a ${what} has no U+0000, but ${shown(text)} contains it`, 'MQTT-4.7.3-2');
  }
  if (hasLoneSurrogate(text)) {
    return refuse(
      `a ${what} is well-formed UTF-8, but ${shown(text)} contains half of a surrogate pair`,
      'MQTT-1.5.4-1',
    );
  }
  return { valid: true };
}

export function checkTopicSize(text: string, limits: TopicLimits, what: string): TopicCheck {
  const bytes = utf8Bytes(text);
  if (bytes > limits.maximumBytes) {
    return refuse(
      `a ${what} has at most ${limits.maximumBytes} bytes, but this one has ${bytes}`,
      sourceOf(limits),
    );
  }
  const levels = text.split('/').length;
  if (levels <= limits.maximumLevels) return { valid: true };
  return refuse(
    `a ${what} has at most ${limits.maximumLevels} levels, but this one has ${levels}`,
    sourceOf(limits),
  );
}

function countedPart(topic: string, limits: TopicLimits): string {
  return limits.basicIngest ? topic.replace(/^\$aws\/rules\/[^/]+\//, '') : topic;
}
