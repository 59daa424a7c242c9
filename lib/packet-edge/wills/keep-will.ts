import type { Will } from '#packets/types';
import type { SessionWill } from '#session/life/will';
import { positionOf } from '#session/position';
import type { PacketEdgeDependencies } from '../dependencies.ts';
import { messageProperties } from '../message-properties.ts';

/**
 * A connection may stand for as long as it likes, so nothing but its end can say when its will is not wanted
 * any more: whoever publishes or drops it removes it. TTL takes what a crash has left behind.
 */
const LEFT_BEHIND_SECONDS = 400 * 24 * 60 * 60;

interface WillOf {
  readonly clientId: string;
  readonly connectionId: string;
  /** Of the CONNECT. */
  readonly atMs: number;
  /** That CONNECT asked for, seconds. */
  readonly sessionExpiryInterval: number;
}

/**
 * Keeps the message of a will, before the session says that there is one. [MQTT-3.1.2-7] A CONNECT that is
 * handled again keeps the same item.
 */
export async function keepWill(
  { clientId, connectionId, atMs, sessionExpiryInterval }: WillOf,
  { topic, payload, qos, retain, properties }: Will,
  { wills }: Pick<PacketEdgeDependencies, 'wills'>,
): Promise<SessionWill> {
  const messageId = `${connectionId}:will`;
  const position = positionOf(atMs, messageId);
  const delaySeconds = properties.willDelayInterval ?? 0;
  const message = {
    messageId,
    position,
    topic,
    payload,
    qos,
    publisher: clientId,
    receivedAtMs: atMs,
    // [MQTT-3.1.2-14] [MQTT-3.1.2-15]
    ...(retain && { retain: true as const }),
    ...messageProperties(properties),
  };
  // After the end of the connection it waits for the delay, or for the end of the session.
  const waitSeconds = Math.min(delaySeconds, sessionExpiryInterval);
  await wills.keep(clientId, message, Math.ceil(atMs / 1000) + LEFT_BEHIND_SECONDS + waitSeconds);
  return { connection: connectionId, delaySeconds, position };
}
