import type { Random } from '#local/random';
import type { Message } from '#session/message';

export interface MessageShape {
  readonly topic: string;
  readonly bytes: number;
  readonly receivedAtMs: number;
}

/** A UUID, as the rule makes one for each message. */
export function identifier(random: Random): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A message as devices send it, with the properties that most have. */
export function exampleMessage({ topic, bytes, receivedAtMs }: MessageShape, random: Random): Message {
  return {
    messageId: identifier(random),
    topic,
    payload: new Uint8Array(bytes).fill(97),
    qos: 1,
    publisher: 'backend-orders',
    receivedAtMs,
    contentType: 'application/json',
    utf8Payload: true,
  };
}
