import type { Message, UserProperty } from '../message.ts';

/**
 * User property on what the packet edge hands on to the broker: the message is in the log already, under the
 * message id that is its value.
 */
const ENTERED_PROPERTY = 'mqtt-sessions-entered';

/** The user properties with which a message of the packet edge goes to the broker. */
export function markEntered({ messageId, userProperties = [] }: Message): readonly UserProperty[] {
  return [...userProperties, { name: ENTERED_PROPERTY, value: messageId }];
}

/**
 * Whether a message that came back from the broker is in the log already, so that it makes no loop. A device
 * cannot claim it: what is published over a connection has a publisher, and what the service publishes has none.
 */
export function hasEntered({ publisher, userProperties = [] }: Message): boolean {
  return publisher === undefined && userProperties.some(({ name }) => name === ENTERED_PROPERTY);
}
