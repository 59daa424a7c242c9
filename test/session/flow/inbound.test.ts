import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InboundPacket, receive, release } from '#session/flow/inbound';
import { randomSeed } from '#test/session/random-seed';
import { newFlow } from './flows.ts';

const MAXIMUM = 3;

/** A packet with this identifier, on the connection of the flow; each is later than the ones before. */
function packet(packetId: number, receivedAtMs = Number.MAX_SAFE_INTEGER): InboundPacket {
  return { packetId, receivedAtMs };
}

describe('QoS 2, from the client', () => {
  it('takes a message over with its packet identifier [MQTT-4.3.3-8]', () => {
    const flow = newFlow({ inbound: [9] });
    expect(receive(flow, packet(5, 40), MAXIMUM)).toEqual({
      outcome: 'new',
      flow: { ...flow, inbound: [9, 5], inboundAtMs: 40 },
    });
  });

  it('knows the same message again until PUBREL [MQTT-4.3.3-10]', () => {
    expect(receive(newFlow({ inbound: [9, 5] }), packet(5), MAXIMUM)).toEqual({ outcome: 'duplicate' });
  });

  it('forgets the identifier at PUBREL: the next PUBLISH is a new message [MQTT-4.3.3-11] [MQTT-4.3.3-12]', () => {
    const { outcome, flow } = release(newFlow({ inbound: [9, 5, 7] }), packet(5, 40));
    expect(outcome).toBe('released');
    expect(flow.inbound).toEqual([9, 7]);
    expect(receive(flow, packet(5, 41), MAXIMUM).outcome).toBe('new');
  });

  it('does not know the identifier of a PUBREL that comes again', () => {
    const flow = newFlow({ inbound: [9] });
    expect(release(flow, packet(5))).toEqual({ outcome: 'unknown', flow });
  });

  it('takes no more than the client was allowed, but acknowledges what it has taken [MQTT-3.3.4-7]', () => {
    const full = newFlow({ inbound: [1, 2, 3] });
    expect(receive(full, packet(4), MAXIMUM)).toEqual({ outcome: 'tooMany' });
    expect(receive(full, packet(3), MAXIMUM)).toEqual({ outcome: 'duplicate' });
    expect(receive(release(full, packet(1, 40)).flow, packet(4, 41), MAXIMUM).outcome).toBe('new');
  });

  it('does not take a message again that was released since: a request may be handled late [MQTT-4.3.3-12]', () => {
    const taken = receive(newFlow(), packet(5, 40), MAXIMUM);
    const { flow } = release(taken.outcome === 'new' ? taken.flow : newFlow(), packet(5, 50));
    expect(receive(flow, packet(5, 40), MAXIMUM)).toEqual({ outcome: 'duplicate' });
    expect(receive(flow, packet(5, 60), MAXIMUM).outcome).toBe('new');
  });

  it('does not release the next message of an identifier by a PUBREL that is handled late [MQTT-4.3.3-12]', () => {
    const next = newFlow({ inbound: [5], inboundAtMs: 60 });
    expect(release(next, packet(5, 50))).toEqual({ outcome: 'repeated', flow: next });
    expect(release(next, packet(5, 61)).flow.inbound).toEqual([]);
  });
});

it('takes each message once, whatever is repeated [MQTT-4.3.3-10] [MQTT-4.3.3-12]', () => {
  const packets = fc.array(
    fc.record({ cmd: fc.constantFrom('publish', 'pubrel'), packetId: fc.integer({ min: 1, max: 6 }) }),
    { maxLength: 100 },
  );
  fc.assert(
    fc.property(packets, (all) => {
      let flow = newFlow();
      const held = new Set<number>();
      for (const [receivedAtMs, { cmd, packetId }] of all.entries()) {
        if (cmd === 'publish') {
          const received = receive(flow, { packetId, receivedAtMs }, MAXIMUM);
          const expected = held.has(packetId) ? 'duplicate' : held.size < MAXIMUM ? 'new' : 'tooMany';
          expect(received.outcome).toBe(expected);
          if (received.outcome !== 'new') continue;
          flow = received.flow;
          held.add(packetId);
        } else {
          const released = release(flow, { packetId, receivedAtMs });
          expect(released.outcome).toBe(held.delete(packetId) ? 'released' : 'unknown');
          flow = released.flow;
        }
        expect(new Set(flow.inbound)).toEqual(held);
      }
    }),
    { seed: randomSeed, numRuns: 500 },
  );
});
