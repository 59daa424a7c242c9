import { generate, type Packet, parser } from 'mqtt-packet';
import { handlePackets } from '#packet-edge/handle-packets';
import type { ConnectionContext, PacketsRequest, PacketsResponse } from '#packets/carrying/exchange';
import type { TestEdge } from '../dependencies.ts';

export interface Ask {
  readonly connection: string;
  readonly address?: string;
  readonly context?: ConnectionContext | undefined;
  readonly look?: PacketsRequest['look'];
}

/** A request of a carrier in MQTT 5, which a test makes as often as it likes; packets come a millisecond apart. */
export function requestOf(ask: Ask, atMs: number, ...packets: readonly Packet[]): PacketsRequest {
  const { connection, address = 'here', context, look } = ask;
  return {
    connection: { id: connection, carrier: { kind: 'listener', address } },
    ...(context !== undefined && { context }),
    ...(look !== undefined && { look }),
    packets: packets.map((packet, index) => ({
      data: generate(packet, { protocolVersion: 5 }).toString('base64'),
      receivedAtMs: atMs + index,
    })),
  };
}

export interface Answered extends PacketsResponse {
  readonly sent: readonly Packet[];
}

export async function askedOnce(edge: TestEdge, request: PacketsRequest): Promise<Answered> {
  const response = await handlePackets(request, edge);
  const sent: Packet[] = [];
  const incoming = parser({ protocolVersion: 5 });
  incoming.on('packet', (packet) => sent.push(packet));
  for (const packet of response.packets) incoming.parse(Buffer.from(packet, 'base64'));
  return { ...response, sent };
}

/** Several instances get the same request at once. */
export function askedAtOnce(edge: TestEdge, request: PacketsRequest, times: number): Promise<Answered[]> {
  return Promise.all(Array.from({ length: times }, () => askedOnce(edge, request)));
}

export const connectPacket = (clientId: string, more: object = {}): Packet => ({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 5,
  clientId,
  clean: false,
  keepalive: 60,
  properties: { sessionExpiryInterval: 600 },
  ...more,
});

export const publishPacket = (topic: string, messageId: number, more: object = {}): Packet => ({
  cmd: 'publish',
  topic,
  payload: topic,
  qos: 2,
  dup: false,
  retain: false,
  messageId,
  ...more,
});

export const subscribePacket = (topic: string, more: object = {}): Packet => ({
  cmd: 'subscribe',
  messageId: 1,
  subscriptions: [{ topic, qos: 2, ...more }],
});
