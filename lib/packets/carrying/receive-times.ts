/** Control packet types (MQTT 5, table 2-1) of which one that is handled again does nothing more. */
const INDIFFERENT: ReadonlySet<number> = new Set([
  4 /* PUBACK */, 5 /* PUBREC */, 7 /* PUBCOMP */, 12 /* PINGREQ */,
]);

/**
 * The receive time of a packet, given that of the one before it on the connection, epoch milliseconds. It rises
 * with every packet that has to be told apart from others, whatever the clock does. What need not be does not
 * push it: a subscriber that acknowledges thousands of messages a second would live in the future.
 */
export function receiveTimeAfter(packet: Uint8Array, previousAtMs: number, nowMs: number): number {
  const isIndifferent = INDIFFERENT.has((packet[0] ?? 0) >> 4);
  return Math.max(nowMs, isIndifferent ? previousAtMs : previousAtMs + 1);
}

/** Receive times of packets that came together, the first of them at `firstAtMs`. */
export function receiveTimes(packets: readonly Uint8Array[], firstAtMs: number): readonly number[] {
  let atMs = firstAtMs;
  return packets.map((packet, index) => {
    if (index > 0) atMs = receiveTimeAfter(packet, atMs, firstAtMs);
    return atMs;
  });
}
