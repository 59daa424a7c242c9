import type { Position } from './position.ts';

/** QoS 0 and 1 at the lifecycle edge; QoS 2 only at the packet edge. */
export type QoS = 0 | 1 | 2;

export interface UserProperty {
  readonly name: string;
  readonly value: string;
}

/** A published message as the log keeps it. */
export interface Message {
  /** Unique for one publication; the same on every retry. */
  readonly messageId: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  /** Client identifier of the publisher, as the broker authenticated it. */
  readonly publisher?: string;
  /** When the broker received it, epoch milliseconds. */
  readonly receivedAtMs: number;
  /** Message Expiry Interval, seconds from `receivedAtMs` (MQTT 5, 3.3.2.3.3). */
  readonly messageExpiryInterval?: number;
  readonly contentType?: string;
  /** True when the Payload Format Indicator says UTF-8. */
  readonly utf8Payload?: boolean;
  readonly responseTopic?: string;
  /** Correlation Data, base64. */
  readonly correlationData?: string;
  readonly userProperties?: readonly UserProperty[];
  /** Published with the RETAIN flag. */
  readonly retain?: true;
  /** In a client's own log: the filter of the one subscription that it is for. */
  readonly subscription?: string;
}

/** A message with its place in the log of one filter. */
export interface LoggedMessage extends Message {
  readonly position: Position;
}

/** Bytes that count against a session's limit: topic and payload. */
export function pendingBytes(message: Pick<Message, 'topic' | 'payload'>): number {
  return Buffer.byteLength(message.topic) + message.payload.byteLength;
}

/** True when the Message Expiry Interval has passed. [MQTT-3.3.2-5] */
export function messageHasExpired(message: Message, nowMs: number): boolean {
  if (message.messageExpiryInterval === undefined) return false;
  return message.receivedAtMs + message.messageExpiryInterval * 1000 <= nowMs;
}
