import { generate, parser } from 'mqtt-packet';
import { Framing } from '#packets/parsing/framing';

/** A PUBLISH that says its number, as large as wanted. */
export function numberedPacket(number: number, bytes = 8): Buffer {
  const payload = Buffer.alloc(Math.max(bytes, 8));
  payload.writeUInt32BE(number, 0);
  return generate({ cmd: 'publish', topic: 'n', payload, qos: 0, dup: false, retain: false });
}

export function numberIn(packet: Uint8Array): number {
  let number = -1;
  const reader = parser();
  reader.on('packet', (parsed) => {
    if (parsed.cmd === 'publish') number = Buffer.from(parsed.payload).readUInt32BE(0);
  });
  reader.parse(Buffer.from(packet));
  return number;
}

/** The numbers of a stream of such packets. */
export function numbersIn(bytes: Uint8Array): number[] {
  return new Framing(1_000_000).push(bytes).packets.map(numberIn);
}
