import type { UserProperties } from 'mqtt-packet';
import { LIMITS } from './limits.ts';

export type QoS = 0 | 1;

/** What an MQTT 5 publisher hands on to the receiver, unchanged. */
export interface MessageProperties {
  payloadFormatIndicator?: boolean;
  contentType?: string;
  responseTopic?: string;
  correlationData?: Buffer;
  userProperties?: UserProperties;
}

export interface Publisher {
  clientId: string;
  principal: string;
}

export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: MessageProperties;
  readonly receivedAtMs: number;
  readonly expiresAtMs?: number;
  /** Absent when it came over HTTP, or from the broker itself. */
  readonly publisher?: Publisher;
}

/** 0 counts as 1 second, and more than seven days as seven days. */
export function expiresAtMs(receivedAtMs: number, messageExpirySeconds: number): number {
  const seconds = Math.min(Math.max(messageExpirySeconds, 1), LIMITS.messageExpirySeconds);
  return receivedAtMs + seconds * 1000;
}

export function isExpired(message: Message, nowMs: number): boolean {
  return message.expiresAtMs !== undefined && message.expiresAtMs <= nowMs;
}

interface WireProperties extends MessageProperties {
  messageExpiryInterval?: number;
}

/** Of what a PUBLISH or a will carries, that which goes on to receivers. */
export function passedOn(properties: WireProperties = {}): MessageProperties {
  const { payloadFormatIndicator, contentType, responseTopic, correlationData, userProperties } = properties;
  return {
    ...(payloadFormatIndicator !== undefined && { payloadFormatIndicator }),
    ...(contentType !== undefined && { contentType }),
    ...(responseTopic !== undefined && { responseTopic }),
    ...(correlationData !== undefined && { correlationData }),
    ...(userProperties !== undefined && { userProperties }),
  };
}

/** What the receiver gets, with what is left of the expiry interval ([MQTT-3.3.2-6]). */
export function wireProperties(message: Message, nowMs: number): WireProperties {
  if (message.expiresAtMs === undefined) return message.properties;
  return {
    ...message.properties,
    messageExpiryInterval: Math.max(1, Math.ceil((message.expiresAtMs - nowMs) / 1000)),
  };
}
