import * as z from 'zod/mini';
import { NEVER } from '#session/expiry';
import { checkTopicName, IOT_CORE_LIMITS } from '#session/topics/topic-name';
import { clientId } from '../client-identifier.ts';
import { RefusedEventError } from '../errors.ts';
import { problemsOf } from '../problems.ts';

/* Every `error` says what is allowed; what came and where is added by `problemsOf`. */

const TEXT = 'text of at least one character';
const text = z.string({ error: TEXT }).check(z.minLength(1, { error: TEXT }));
const anyText = z.optional(z.string({ error: 'text' }));
/** Beyond this a number is no time, and no table takes it. */
const LATEST_MS = 8_640_000_000_000_000;
const MILLISECONDS = 'milliseconds since 1970';
const milliseconds = z
  .number({ error: MILLISECONDS })
  .check(z.refine((value) => value >= 0 && value <= LATEST_MS, { error: MILLISECONDS }));
const VERSION = 'a whole number from 0';
const versionNumber = z
  .number({ error: VERSION })
  .check(z.refine((value) => Number.isSafeInteger(value) && value >= 0, { error: VERSION }));
const INTERVAL = `a whole number of seconds from 0 to ${NEVER}`;
const interval = z
  .number({ error: INTERVAL })
  .check(z.refine((value) => Number.isInteger(value) && value >= 0 && value <= NEVER, { error: INTERVAL }));

const of = { clientId, timestamp: milliseconds };

const connected = z.object({
  eventType: z.literal('connected'),
  ...of,
  sessionIdentifier: text,
  versionNumber,
  ipAddress: anyText,
  principalIdentifier: anyText,
});

const disconnected = z.object({
  eventType: z.literal('disconnected'),
  ...of,
  sessionIdentifier: text,
  versionNumber,
  disconnectReason: anyText,
  clientInitiatedDisconnect: z.optional(z.boolean({ error: 'true or false' })),
});

const connectFailed = z.object({
  eventType: z.literal('connect_failed'),
  ...of,
  connectFailureReason: anyText,
});

const TOPICS = 'a list of at least one topic filter';
const topicsOf = {
  ...of,
  sessionIdentifier: text,
  topics: z
    .array(z.string({ error: 'a topic filter' }), { error: TOPICS })
    .check(z.minLength(1, { error: TOPICS })),
};
const subscribed = z.object({ eventType: z.literal('subscribed'), ...topicsOf });
const unsubscribed = z.object({ eventType: z.literal('unsubscribed'), ...topicsOf });

/** What the Basic Ingest rule makes of a device's own word; `data` is its payload, base64. */
const declared = z.object({
  eventType: z.literal('declared'),
  ...of,
  data: z.string({ error: 'text in base64' }),
  responseTopic: anyText,
});

const EVENT_TYPES = 'connected, disconnected, connect_failed, subscribed, unsubscribed or declared';

const lifecycleEvent = z.discriminatedUnion(
  'eventType',
  [connected, disconnected, connectFailed, subscribed, unsubscribed, declared],
  { error: EVENT_TYPES },
);

const TOPIC = 'a topic name that AWS IoT Core takes, not beginning with $';
const noticeTopic = z.string({ error: TOPIC }).check(
  z.refine((topic) => !topic.startsWith('$') && checkTopicName(topic, IOT_CORE_LIMITS).valid, {
    error: TOPIC,
  }),
);

/** What a device says of its session. Unknown fields are refused: a typing error must not end a session. */
const declaration = z.strictObject({
  cleanStart: z.optional(z.boolean({ error: 'true or false' })),
  sessionExpiryInterval: z.optional(interval),
  responseTopic: z.optional(noticeTopic),
});

export type LifecycleEvent = z.infer<typeof lifecycleEvent>;
export type ConnectedEvent = z.infer<typeof connected>;
export type DisconnectedEvent = z.infer<typeof disconnected>;
export type SubscriptionEvent = z.infer<typeof subscribed> | z.infer<typeof unsubscribed>;
export type DeclaredEvent = z.infer<typeof declared>;
export type DeviceDeclaration = z.infer<typeof declaration>;

/**
 * Reads an event of an IoT rule.
 *
 * @throws RefusedEventError that says what is wrong with it
 */
export function parseLifecycleEvent(value: unknown): LifecycleEvent {
  const result = lifecycleEvent.safeParse(value);
  if (result.success) return result.data;
  const type = typeof value === 'object' && value !== null ? Reflect.get(value, 'eventType') : undefined;
  throw new RefusedEventError(
    `A lifecycle event came that cannot be read (eventType ${JSON.stringify(type)?.slice(0, 64)}): ` +
      `${problemsOf(result.error.issues, value, 'the event')}. Allowed: eventType ${EVENT_TYPES} with the fields that AWS IoT Core documents.`,
  );
}

/**
 * Reads what a device declares.
 *
 * @throws RefusedEventError that says what came and what is allowed
 */
export function parseDeclaration(data: string): DeviceDeclaration {
  const allowed =
    'Allowed: a JSON object with cleanStart (true or false), sessionExpiryInterval (0 to 4294967295 seconds) and responseTopic.';
  let value: unknown;
  try {
    const json = Buffer.from(data, 'base64').toString('utf8');
    value = json.trim() === '' ? {} : JSON.parse(json);
  } catch (cause) {
    throw new RefusedEventError(`A declaration came that is not JSON. ${allowed}`, { cause });
  }
  const result = declaration.safeParse(value);
  if (result.success) return result.data;
  throw new RefusedEventError(
    `A declaration came that cannot be read: ${problemsOf(result.error.issues, value, 'the declaration')}. ${allowed}`,
  );
}
