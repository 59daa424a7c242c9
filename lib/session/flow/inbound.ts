import type { Flow } from './flow.ts';

export type Received =
  /** A new message: it is to be stored together with this flow. */
  | { readonly outcome: 'new'; readonly flow: Flow }
  /** The same message again: acknowledge it, and do nothing else. [MQTT-4.3.3-10] */
  | { readonly outcome: 'duplicate' }
  /** The client has more under way than it was allowed: Receive Maximum exceeded. [MQTT-3.3.4-7] */
  | { readonly outcome: 'tooMany' };

export interface InboundPacket {
  readonly packetId: number;
  /** As its carrier has stamped it; the stamps of one connection rise with every packet. */
  readonly receivedAtMs: number;
}

/** The very packet was handled before: its request is done again, or late, while later ones were answered. */
function wasHandled(
  { inboundAtMs = Number.NEGATIVE_INFINITY }: Flow,
  { receivedAtMs }: InboundPacket,
): boolean {
  return receivedAtMs <= inboundAtMs;
}

/**
 * What a QoS 2 PUBLISH of the client is. Until it is released its packet identifier stands for the message,
 * with or without DUP, on whatever connection.
 */
export function receive(flow: Flow, packet: InboundPacket, maximum: number): Received {
  const { packetId, receivedAtMs } = packet;
  if (flow.inbound.includes(packetId) || wasHandled(flow, packet)) return { outcome: 'duplicate' };
  if (flow.inbound.length >= maximum) return { outcome: 'tooMany' };
  const inbound = [...flow.inbound, packetId];
  return { outcome: 'new', flow: { ...flow, inbound, inboundAtMs: receivedAtMs } };
}

export interface Released {
  /** `repeated`: it was released by this very packet before. */
  readonly outcome: 'released' | 'repeated' | 'unknown';
  readonly flow: Flow;
}

/** PUBREL: from now on the packet identifier stands for a new message. [MQTT-4.3.3-11] [MQTT-4.3.3-12] */
export function release(flow: Flow, packet: InboundPacket): Released {
  if (wasHandled(flow, packet)) return { outcome: 'repeated', flow };
  const inbound = flow.inbound.filter((each) => each !== packet.packetId);
  if (inbound.length === flow.inbound.length) return { outcome: 'unknown', flow };
  return { outcome: 'released', flow: { ...flow, inbound, inboundAtMs: packet.receivedAtMs } };
}
