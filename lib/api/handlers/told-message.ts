import type { WaitingMessage as Waiting } from '#operator/waiting/waiting';
import { isoTime } from '../iso-time.ts';
import type { WaitingMessage } from '../schemas/message.ts';

/** A message that waits, as it is told. */
export function toldMessage(
  message: Waiting,
  { nowMs, withPayload }: { readonly nowMs: number; readonly withPayload: boolean },
): WaitingMessage {
  const { messageId, topic, filter, qos, payload, receivedAtMs, contentType, publisher } = message;
  const { messageExpiryInterval } = message;
  return {
    messageId,
    topic,
    filter,
    qos,
    bytes: payload.byteLength,
    receivedAt: isoTime(receivedAtMs),
    ageSeconds: Math.max(0, Math.floor((nowMs - receivedAtMs) / 1000)),
    ...(messageExpiryInterval !== undefined && {
      expiresAt: isoTime(receivedAtMs + messageExpiryInterval * 1000),
    }),
    ...(contentType !== undefined && { contentType }),
    ...(publisher !== undefined && { publisher }),
    ...(withPayload && { payload: Buffer.from(payload).toString('base64') }),
  };
}
