import { createHash } from 'node:crypto';
import type { DurableTopic } from '#session/configuration/configuration';

/** One rule of the rules engine, before it is a resource. */
export interface RuleStatement {
  /** Construct id: a change of it replaces the rule. */
  readonly id: string;
  /** What follows the prefix in the rule's name. */
  readonly nameSuffix: string;
  readonly sql: string;
  readonly description: string;
}

/** `#` and not `+` at the end, since client identifiers may contain `/`. */
const LIFECYCLE_EVENTS = [
  { id: 'Connected', nameSuffix: 'connected', topic: '$aws/events/presence/connected/#' },
  { id: 'Disconnected', nameSuffix: 'disconnected', topic: '$aws/events/presence/disconnected/#' },
  { id: 'ConnectFailed', nameSuffix: 'connect_failed', topic: '$aws/events/presence/connect_failed/#' },
  { id: 'Subscribed', nameSuffix: 'subscribed', topic: '$aws/events/subscriptions/subscribed/#' },
  { id: 'Unsubscribed', nameSuffix: 'unsubscribed', topic: '$aws/events/subscriptions/unsubscribed/#' },
] as const;

export const lifecycleStatements: readonly RuleStatement[] = LIFECYCLE_EVENTS.map(
  ({ id, nameSuffix, topic }) => ({
    id,
    nameSuffix,
    sql: `SELECT * FROM '${topic}'`,
    description: `MQTT sessions: lifecycle event ${nameSuffix}`,
  }),
);

/**
 * No FROM: only Basic Ingest reaches it, so that a device declares its session without the cost of a broker
 * message, and no other client can listen.
 */
export const declarationStatement: RuleStatement = {
  id: 'Session',
  nameSuffix: 'session',
  sql: `SELECT ${[
    "encode(*, 'base64') AS data",
    `${constant('declared')} AS eventType`,
    'clientid() AS clientId',
    'timestamp() AS timestamp',
    "get_mqtt_property('response_topic') AS responseTopic",
  ].join(', ')}`,
  description: 'MQTT sessions: what a device declares about its own session',
};

/** No FROM: the frames of carried connections come by Basic Ingest alone, and from nobody but their device. */
export const packetsStatement: RuleStatement = {
  id: 'Packets',
  nameSuffix: 'packets',
  sql: `SELECT ${[
    "encode(*, 'base64') AS data",
    `${constant('carriage')} AS kind`,
    'clientid() AS clientId',
    'timestamp() AS timestamp',
    'principal() AS principal',
  ].join(', ')}`,
  description: 'MQTT sessions: control packets that AWS IoT Core carries for a device',
};

/** The rule that hands the messages of one durable topic to ingest, binary safe. */
export function messageStatement(topic: DurableTopic): RuleStatement {
  const fields = [
    "encode(*, 'base64') AS payload",
    'topic() AS topic',
    'clientid() AS publisher',
    'timestamp() AS receivedAt',
    'newuuid() AS messageId',
    "get_mqtt_property('content_type') AS contentType",
    "get_mqtt_property('format_indicator') AS payloadFormatIndicator",
    "get_mqtt_property('response_topic') AS responseTopic",
    "get_mqtt_property('correlation_data') AS correlationData",
    'get_user_properties() AS userProperties',
    // SQL can read neither of the two from the message, so they are what the operator says.
    `${constant(topic.qos)} AS qos`,
    ...(topic.messageExpiryInterval === undefined
      ? []
      : [`${constant(topic.messageExpiryInterval)} AS messageExpiryInterval`]),
  ];
  const digest = digestOf(topic.filter);
  return {
    id: `Messages${digest}`,
    nameSuffix: `messages_${digest}`,
    sql: `SELECT ${fields.join(', ')} FROM '${topic.filter}'`,
    description: `MQTT sessions: messages of the durable topic ${topic.filter}`,
  };
}

/**
 * What is the same for all messages of a rule, as a function that gives it back: of a payload that is not JSON, functions
 * are the only selection that every edition of the AWS IoT Core guide allows ("Working with binary payloads").
 */
function constant(value: Lowercase<string> | number): string {
  return typeof value === 'number' ? `abs(${value})` : `lower('${value}')`;
}

/** Of the filter and not of its place in the list, so that adding a topic replaces no other rule. */
function digestOf(filter: string): string {
  return createHash('sha256').update(filter).digest('hex').slice(0, 12);
}
