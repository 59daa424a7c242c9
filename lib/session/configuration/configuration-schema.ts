import * as z from 'zod/mini';
import { NEVER } from '../expiry.ts';
import { checkTopicFilter } from '../topics/topic-filter.ts';
import { checkTopicName, IOT_CORE_LIMITS, type TopicCheck } from '../topics/topic-name.ts';
import {
  defaultMqtt311Interval,
  FOLLOW_BROKER,
  MAXIMUM_PATTERN_CHARACTERS,
  type SessionPolicy,
} from './policy.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

/* Every `error` says what is allowed; what came and where is added by `problemsOf`. */

const wholeNumber = (minimum: number, maximum = Number.MAX_SAFE_INTEGER) => {
  const error = `a whole number from ${minimum} to ${maximum}`;
  return z.number({ error }).check(
    z.refine((value) => Number.isInteger(value) && value >= minimum && value <= maximum, {
      error,
      abort: true,
    }),
  );
};

const seconds = (minimum: number, maximum: number) => {
  const error = `a number of seconds from ${minimum} to ${maximum}`;
  return z
    .number({ error })
    .check(z.refine((value) => value >= minimum && value <= maximum, { error, abort: true }));
};

const oneOf = <const Values extends readonly [string, ...string[]]>(...values: Values) =>
  z.enum(values, { error: values.map((value) => `'${value}'`).join(' or ') });

const flag = z.boolean({ error: 'true or false' });

const strict = <Shape extends z.core.$ZodShape>(shape: Shape) =>
  z.strictObject(shape, { error: `an object with ${Object.keys(shape).join(', ')}` });

const INTERVAL = `'never' or a whole number of seconds from 0 to ${NEVER}`;

/** A Session Expiry Interval in seconds, or 'never'. */
export const intervalSchema = z.pipe(
  z.union([z.literal('never'), wholeNumber(0, NEVER)], { error: INTERVAL }),
  z.transform((value: 'never' | number) => (value === 'never' ? NEVER : value)),
);

const checked = (check: (text: string) => TopicCheck, allowed: string) =>
  z.string({ error: allowed }).check((payload) => {
    const result = check(payload.value);
    if (result.valid) return;
    payload.issues.push({
      code: 'custom',
      input: payload.value,
      message: `${allowed}: ${result.reason} [${result.clause}]`,
    });
  });

export function checkDurableFilter(filter: string): TopicCheck {
  if (filter.startsWith('$')) {
    const reason = filter.startsWith('$share/')
      ? 'devices subscribe with $share, the durable topic is the filter behind it'
      : 'topics that begin with $ are reserved for the broker';
    return { valid: false, reason, clause: 'MQTT-4.7.2' };
  }
  // The filter becomes a quoted string in the SQL of an IoT rule.
  if (/['\p{Cc}]/u.test(filter)) {
    return {
      valid: false,
      reason: 'it stands in the SQL of an IoT rule, so it has no single quotes and no control characters',
      clause: 'AWS IoT SQL',
    };
  }
  return checkTopicFilter(filter, IOT_CORE_LIMITS);
}

function checkDirectTopic(topic: string): TopicCheck {
  if (!topic.startsWith('$')) return checkTopicName(topic, IOT_CORE_LIMITS);
  return {
    valid: false,
    reason: 'direct messages cannot go to topics that begin with $',
    clause: 'MQTT-4.7.2',
  };
}

const durableTopicSchema = z.pipe(
  z.transform((value: unknown) => (typeof value === 'string' ? { filter: value } : value)),
  strict({
    filter: checked(checkDurableFilter, 'a topic filter that AWS IoT Core takes'),
    qos: z._default(z.union([z.literal(0), z.literal(1)], { error: '0 or 1' }), 1),
    messageExpiryInterval: z.optional(wholeNumber(1, NEVER)),
  }),
);

const CLIENTS = `a pattern of 1 to ${MAXIMUM_PATTERN_CHARACTERS} characters, in which * stands for any run of characters`;

const policySchema = z.pipe(
  strict({
    clients: z
      .string({ error: CLIENTS })
      .check(z.minLength(1, { error: CLIENTS }), z.maxLength(MAXIMUM_PATTERN_CHARACTERS, { error: CLIENTS })),
    edge: z._default(oneOf('lifecycle', 'packets'), FOLLOW_BROKER.edge),
    sessionExpiryInterval: z._default(
      z.union([z.enum(['client', 'broker', 'never']), wholeNumber(0, NEVER)], {
        error: `'client', 'broker', ${INTERVAL}`,
      }),
      FOLLOW_BROKER.sessionExpiryInterval,
    ),
    defaultSessionExpiryInterval: z._default(intervalSchema, FOLLOW_BROKER.defaultSessionExpiryInterval),
    maximumSessionExpiryInterval: z._default(intervalSchema, FOLLOW_BROKER.maximumSessionExpiryInterval),
    mqtt311SessionExpiryInterval: z.optional(intervalSchema),
    queueQos0: z._default(flag, FOLLOW_BROKER.queueQos0),
    maximumPendingMessages: z._default(wholeNumber(1), FOLLOW_BROKER.maximumPendingMessages),
    maximumPendingBytes: z._default(wholeNumber(1), FOLLOW_BROKER.maximumPendingBytes),
    overflow: z._default(oneOf('drop-oldest', 'drop-newest'), FOLLOW_BROKER.overflow),
    delivery: z._default(oneOf('service', 'broker'), FOLLOW_BROKER.delivery),
    noticeTopic: z.optional(checked(checkDirectTopic, 'a topic name that AWS IoT Core takes')),
    ignore: z._default(flag, FOLLOW_BROKER.ignore),
  }),
  z.transform(
    ({ noticeTopic, mqtt311SessionExpiryInterval, ...policy }): SessionPolicy => ({
      ...policy,
      mqtt311SessionExpiryInterval:
        mqtt311SessionExpiryInterval ?? defaultMqtt311Interval(policy.maximumSessionExpiryInterval),
      ...(noticeTopic === undefined ? {} : { noticeTopic }),
    }),
  ),
);

const settingsSchema = strict({
  // Fractions are for clouds that settle faster than the real one.
  settleSeconds: z._default(seconds(0.1, 60), DEFAULT_SETTINGS.settleSeconds),
  lossWindowSeconds: z._default(seconds(0, 3600), DEFAULT_SETTINGS.lossWindowSeconds),
  liveOverlapSeconds: z._default(seconds(0, 60), DEFAULT_SETTINGS.liveOverlapSeconds),
  brokerSessionExpirySeconds: z._default(
    wholeNumber(1, 604_800),
    DEFAULT_SETTINGS.brokerSessionExpirySeconds,
  ),
  neverExpiresRetentionSeconds: z._default(
    wholeNumber(1, NEVER),
    DEFAULT_SETTINGS.neverExpiresRetentionSeconds,
  ),
  // The broker sends at most 100 a second on one connection.
  deliveriesPerSecond: z._default(wholeNumber(1, 100), DEFAULT_SETTINGS.deliveriesPerSecond),
  unknownKeepAliveSeconds: z._default(wholeNumber(1, 65_535), DEFAULT_SETTINGS.unknownKeepAliveSeconds),
  publishToBroker: z._default(flag, DEFAULT_SETTINGS.publishToBroker),
  downTopicPrefix: z._default(
    checked(checkDirectTopic, 'the first levels of a topic name that AWS IoT Core takes'),
    DEFAULT_SETTINGS.downTopicPrefix,
  ),
  logShards: z._default(wholeNumber(1, 64), DEFAULT_SETTINGS.logShards),
  maximumShapes: z._default(wholeNumber(1, 10_000), DEFAULT_SETTINGS.maximumShapes),
  historyRetentionSeconds: z._default(wholeNumber(60, NEVER), DEFAULT_SETTINGS.historyRetentionSeconds),
  surveyReadUnits: z._default(wholeNumber(100, 100_000), DEFAULT_SETTINGS.surveyReadUnits),
});

/** The user's configuration: unknown keys are refused, defaults filled in. */
export const configurationSchema = strict({
  durableTopics: z._default(z.array(durableTopicSchema, { error: 'a list of topic filters' }), []),
  policies: z._default(z.array(policySchema, { error: 'a list of policies' }), []),
  settings: z.prefault(settingsSchema, {}),
});
