import type { Flow } from './flow.ts';

export type Received =
  /** A new message: it is to be stored together with this flow. */
  | { readonly outcome: 'new'; readonly flow: Flow }
  /** The same message again: acknowledge it, and do nothing else. [MQTT-4.3.3-10] */
  | { readonly outcome: 'duplicate' }
  /** The client has more under way than it was allowed: Receive Maximum exceeded. [MQTT-3.3.4-7] */
  | { readonly outcome: 'tooMany' };

/**
 * What a QoS 2 PUBLISH of the client is. Until it is released its packet identifier stands for the message,
 * with or without DUP, on whatever connection.
 */
export function receive(flow: Flow, packetId: number, maximum: number): Received {
  if (flow.inbound.includes(packetId)) return { outcome: 'duplicate' };
  if (flow.inbound.length >= maximum) return { outcome: 'tooMany' };
  return { outcome: 'new', flow: { ...flow, inbound: [...flow.inbound, packetId] } };
}

/** PUBREL: from now on the packet identifier stands for a new message. [MQTT-4.3.3-11] [MQTT-4.3.3-12] */
export function release(
  flow: Flow,
  packetId: number,
): { readonly outcome: 'released' | 'unknown'; readonly flow: Flow } {
  const inbound = flow.inbound.filter((each) => each !== packetId);
  if (inbound.length === flow.inbound.length) return { outcome: 'unknown', flow };
  return { outcome: 'released', flow: { ...flow, inbound } };
}
