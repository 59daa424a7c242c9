import { generate, type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { receiveTimeAfter, receiveTimes } from '#packets/carrying/receive-times';

const T = 1_700_000_000_000;

const PACKETS: readonly (readonly [Packet['cmd'], Packet])[] = [
  ['puback', { cmd: 'puback', messageId: 1 }],
  ['pubrec', { cmd: 'pubrec', messageId: 1 }],
  ['pubcomp', { cmd: 'pubcomp', messageId: 1 }],
  ['pingreq', { cmd: 'pingreq' }],
  ['pubrel', { cmd: 'pubrel', messageId: 1 }],
  ['publish', { cmd: 'publish', topic: 'a', payload: '', qos: 0, dup: false, retain: false }],
  ['subscribe', { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 0 }] }],
  ['unsubscribe', { cmd: 'unsubscribe', messageId: 1, unsubscriptions: ['a'] }],
  ['disconnect', { cmd: 'disconnect' }],
];
const bytesOf = (packet: Packet) => generate(packet, { protocolVersion: 4 });

describe('receive times', () => {
  it.each(PACKETS)('of %s rise only where it has to be told apart', (cmd, packet) => {
    const rises = !['puback', 'pubrec', 'pubcomp', 'pingreq'].includes(cmd);
    expect(receiveTimeAfter(bytesOf(packet), T, T)).toBe(rises ? T + 1 : T);
  });

  it.each(PACKETS)('of %s follow the clock, and never fall', (cmd, packet) => {
    expect(receiveTimeAfter(bytesOf(packet), T, T + 70)).toBe(T + 70);
    expect(receiveTimeAfter(bytesOf(packet), T, T - 70), cmd).toBeGreaterThanOrEqual(T);
  });

  it('of packets that came together begin with the time at which they came', () => {
    const packets = ['publish', 'puback', 'pubrel', 'pingreq', 'subscribe'].map((wanted) => {
      const packet = PACKETS.find(([cmd]) => cmd === wanted)?.[1];
      return packet === undefined ? new Uint8Array() : bytesOf(packet);
    });
    expect(receiveTimes(packets, T)).toEqual([T, T, T + 1, T + 1, T + 2]);
  });

  it('of no packets are none', () => {
    expect(receiveTimes([], T)).toEqual([]);
  });
});
