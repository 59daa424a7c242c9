import { MAXIMUM_CARRIED_PACKET_BYTES } from '#packets/carrying/carriage';
import { Framing } from '#packets/parsing/framing';

/** The control packets of a frame, each whole; undefined if anything is left over. */
export function splitPackets(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  const { packets, failure } = new Framing(MAXIMUM_CARRIED_PACKET_BYTES).push(bytes);
  const length = packets.reduce((sum, packet) => sum + packet.length, 0);
  return failure === undefined && length === bytes.length ? packets : undefined;
}
