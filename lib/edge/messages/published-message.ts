import * as z from 'zod/mini';
import { NEVER } from '#session/expiry';
import type { Message, QoS, UserProperty } from '#session/message';
import { checkTopicName } from '#session/topics/topic-name';
import { RefusedEventError } from '../errors.ts';

/** The user property by which a publisher says its Message Expiry Interval, which no IoT rule can read. */
const MESSAGE_EXPIRY_PROPERTY = 'message-expiry-interval';

/** AWS IoT Core takes packets of 128 KB. */
const MAXIMUM_PAYLOAD_BYTES = 128 * 1024;

const optionalText = z.optional(z.string());

/** What the rule of a durable topic makes of a message. */
const published = z.object({
  payload: z.string(),
  topic: z.string(),
  messageId: z.string().check(z.minLength(1)),
  receivedAt: z.number().check(z.refine((value) => Number.isFinite(value) && value >= 0)),
  qos: z.optional(z.union([z.literal(0), z.literal(1)])),
  messageExpiryInterval: z.optional(z.number()),
  publisher: optionalText,
  contentType: optionalText,
  payloadFormatIndicator: optionalText,
  responseTopic: optionalText,
  correlationData: optionalText,
  userProperties: z.optional(z.unknown()),
});

function valuesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(valuesOf);
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
}

/** AWS shows the form only by example: an object of key to value or values, or a list of such objects. */
function userPropertiesOf(value: unknown): UserProperty[] {
  if (Array.isArray(value)) return value.flatMap(userPropertiesOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, values]) =>
    valuesOf(values).map((each) => ({ name, value: each })),
  );
}

/** The publisher's own interval counts if it is shorter than the operator's. */
function messageExpiry(
  configured: number | undefined,
  properties: readonly UserProperty[],
): number | undefined {
  const text = properties.find(({ name }) => name === MESSAGE_EXPIRY_PROPERTY)?.value ?? '';
  const asked = /^\d{1,10}$/.test(text) ? Math.min(Number(text), NEVER) : undefined;
  if (asked === undefined || configured === undefined) return asked ?? configured;
  return Math.min(asked, configured);
}

/** base64 as the rules engine writes it; anything else would be decoded to something else, silently. */
function decode(payload: string): Uint8Array {
  const bytes = Buffer.from(payload, 'base64');
  if (bytes.toString('base64') !== payload) {
    throw new RefusedEventError(
      "A message came whose payload is not base64. Allowed: what encode(*, 'base64') makes of it in the rule.",
    );
  }
  if (bytes.byteLength > MAXIMUM_PAYLOAD_BYTES) {
    throw new RefusedEventError(
      `A message came with a payload of ${bytes.byteLength} bytes. Allowed: at most ${MAXIMUM_PAYLOAD_BYTES}.`,
    );
  }
  return bytes;
}

/**
 * Reads a message as the rule of a durable topic passes it on.
 *
 * @throws RefusedEventError that says what is wrong with it; it never shows the payload
 */
export function parsePublishedMessage(value: unknown): Message {
  const result = published.safeParse(value);
  if (!result.success) {
    const problems = result.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'the event'}: ${message}`,
    );
    throw new RefusedEventError(
      `A message came that cannot be read: ${problems.join('; ')}. Allowed: what the rule of a durable topic selects.`,
    );
  }
  const event = result.data;
  const topic = checkTopicName(event.topic);
  if (!topic.valid)
    throw new RefusedEventError(`A message came on a topic that is none: ${topic.reason} [${topic.clause}]`);
  const userProperties = userPropertiesOf(event.userProperties);
  const messageExpiryInterval = messageExpiry(event.messageExpiryInterval, userProperties);
  return {
    messageId: event.messageId,
    topic: event.topic,
    payload: decode(event.payload),
    qos: (event.qos ?? 1) as QoS,
    receivedAtMs: event.receivedAt,
    ...(event.publisher !== undefined && event.publisher !== 'n/a' && { publisher: event.publisher }),
    ...(messageExpiryInterval !== undefined && { messageExpiryInterval }),
    ...(event.contentType !== undefined && { contentType: event.contentType }),
    ...(event.payloadFormatIndicator === 'UTF8_DATA' && { utf8Payload: true }),
    ...(event.responseTopic !== undefined && { responseTopic: event.responseTopic }),
    ...(event.correlationData !== undefined && { correlationData: event.correlationData }),
    ...(userProperties.length > 0 && { userProperties }),
  };
}
