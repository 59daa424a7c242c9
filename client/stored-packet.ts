import { generate, type IPublishPacket, type IPubrelPacket, type Packet, parser } from 'mqtt-packet';
import { SessionStoreError } from './errors.ts';

/** What has to be kept until its handshake is complete. */
export type KeptPacket = IPublishPacket | IPubrelPacket;

/** Packets are stored as MQTT 5 writes them, which has room for all that 3.1.1 can say. */
const VERSION = { protocolVersion: 5 } as const;
const SENT = 1;

export function isKept(packet: Packet): packet is KeptPacket {
  return packet.cmd === 'publish' || packet.cmd === 'pubrel';
}

/** One byte that says whether it may have been sent, and the packet. */
export function encodeStored(packet: KeptPacket, isSent: boolean): Buffer {
  return Buffer.concat([Buffer.of(isSent ? SENT : 0), generate(packet, VERSION)]);
}

export function decodeStored(key: string, value: Buffer): { packet: KeptPacket; isSent: boolean } {
  let packet: Packet | undefined;
  const reader = parser(VERSION);
  reader.on('packet', (read) => {
    packet = read;
  });
  const failures: Error[] = [];
  reader.on('error', (error: Error) => failures.push(error));
  reader.parse(value.subarray(1));
  if (packet === undefined || !isKept(packet)) {
    throw new SessionStoreError(
      `The session state holds something at ${key} that is no PUBLISH and no PUBREL; it was not written by this version`,
      { cause: failures[0] },
    );
  }
  return { packet, isSent: value[0] === SENT };
}
