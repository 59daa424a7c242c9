import type { Packet } from 'mqtt-packet';

/** The client of the packet edge comes, or comes back, and keeps its session. */
export const CONNECT = {
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 5,
  keepalive: 60,
  clean: false,
  clientId: 'client',
  properties: { sessionExpiryInterval: 50_000 },
} as const satisfies Packet;
