import { LIMITS } from '../limits.ts';
import { expiresAtMs, type Message, type MessageProperties, type QoS } from '../message.ts';
import { basicIngestOf, topicProblem } from '../topic-match.ts';
import { type Answer, failed } from './failure.ts';
import type { DataPlaneRequest } from './request.ts';

/** Why a message of an HTTP request is not taken, if it is not. */
export function messageRefusal(
  topic: string,
  { query, body, headers }: DataPlaneRequest,
): Answer | undefined {
  const problem = topicProblem(topic);
  if (problem !== undefined) return failed(400, `Topic: ${problem}`);
  if (topic.startsWith('$') && basicIngestOf(topic) === undefined)
    return failed(400, 'Topic: it is reserved');
  if (body.length > LIMITS.payloadBytes) {
    return failed(413, `The payload has ${body.length} bytes; allowed: ${LIMITS.payloadBytes}`);
  }
  if (/[+#]/.test(query.get('responseTopic') ?? '')) return failed(400, 'responseTopic has a wildcard');
  const userProperties = headers['x-amz-mqtt5-user-properties'];
  if (userProperties !== undefined && parseUserProperties(String(userProperties)) === undefined) {
    return failed(400, 'User properties: allowed is base64 of a JSON array such as [{"key":"value"}]');
  }
  return undefined;
}

/** The message of a request that has passed the checks. */
export function messageOf(
  topic: string,
  qos: QoS,
  retain: boolean,
  request: DataPlaneRequest,
  nowMs: number,
): Message {
  const expirySeconds = Number(request.query.get('messageExpiry') ?? 0);
  return {
    topic,
    qos,
    retain,
    payload: request.body,
    properties: propertiesOf(request),
    receivedAtMs: nowMs,
    ...(expirySeconds > 0 && { expiresAtMs: expiresAtMs(nowMs, expirySeconds) }),
  };
}

function propertiesOf({ query, headers }: DataPlaneRequest): MessageProperties {
  const contentType = query.get('contentType');
  const responseTopic = query.get('responseTopic');
  const correlationData = headers['x-amz-mqtt5-correlation-data'];
  const format = headers['x-amz-mqtt5-payload-format-indicator'];
  const userProperties = headers['x-amz-mqtt5-user-properties'];
  return {
    ...(contentType !== null && { contentType }),
    ...(responseTopic !== null && { responseTopic }),
    ...(correlationData !== undefined && {
      correlationData: Buffer.from(String(correlationData), 'base64'),
    }),
    ...(format !== undefined && { payloadFormatIndicator: format === 'UTF8_DATA' }),
    ...(userProperties !== undefined && {
      userProperties: parseUserProperties(String(userProperties)) ?? {},
    }),
  };
}

/** From base64 of `[{"key":"value"},…]`, in which keys may come more than once. */
function parseUserProperties(base64: string): Record<string, string[]> | undefined {
  const list = parsedJson(Buffer.from(base64, 'base64').toString());
  if (!Array.isArray(list)) return undefined;
  // Names are the publisher's: also those that every object has.
  const properties: Record<string, string[]> = Object.create(null);
  for (const entry of list) {
    if (typeof entry !== 'object' || entry === null) return undefined;
    for (const [name, value] of Object.entries(entry)) {
      if (typeof value !== 'string') return undefined;
      properties[name] = [...(properties[name] ?? []), value];
    }
  }
  return properties;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
