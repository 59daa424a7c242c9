/** What the packet edge allows, and tells in CONNACK. */

/** Bytes of a control packet; a DynamoDB item holds 400 KB. */
export const MAXIMUM_PACKET_BYTES = 262_144;

/**
 * QoS 2 PUBLISH packets received and not released; our Receive Maximum. [MQTT-3.3.4-7] Each is 2 bytes of every
 * write of the flow. Client libraries that do not count (MQTT.js) may send hundreds before the first PUBREC.
 */
export const RECEIVE_MAXIMUM = 1_000;

/** The same for 3.1.1, whose clients cannot be told. */
export const MQTT_311_RECEIVE_MAXIMUM = 10_000;

/** Topic aliases that a client may set. */
export const TOPIC_ALIAS_MAXIMUM = 32;

/** Seconds; a longer keep alive, or none, is brought down to this for MQTT 5 clients. [MQTT-3.1.2-21] */
export const MAXIMUM_KEEP_ALIVE_SECONDS = 1_200;

/** What one look takes at most. */
export const LOOK_MESSAGES = 200;

/**
 * Bytes of messages after which an answer takes no more of them, and the same of signals, so that it stays below the
 * 6 MB of a Lambda response.
 */
export const ANSWER_BYTES = 1_048_576;

/** Once this many are taken ahead of the cursor, all filters are read again and the cursor moves. */
export const AHEAD_MESSAGES = 32;

/**
 * As many as are taken ahead of a message that waits for acknowledgements: the cursor stays before it until then, and
 * each of them is read again at each look.
 */
export const AHEAD_WHILE_FULL = 1_024;

/** As many as are taken ahead at all: each is a dozen bytes of the flow, whose item has 400 KB. */
export const MAXIMUM_AHEAD = 20_000;
/** After so long the cursor has moved, if nothing holds it. */
export const SETTLING_MS = 1_000;

/**
 * So much after a SUBSCRIBE the index of subscribers has it for sure, and whoever publishes finds the client:
 * what came before is looked for then.
 */
export const FOUND_AFTER_MS = 1_500;

/** A SUBSCRIBE may have been handled as late as this. */
export const SUBSCRIBE_MS = 60_000;

/** Messages looked at beyond the first that the client has no room for. */
export const PAST_FULL_MESSAGES = 32;

/** Messages of a share group's member that has ended which one run gives to others; a fraction of its time. */
export const REASSIGNED_MESSAGES = 500;
