import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { receive, release } from '#session/flow/inbound';
import { randomSeed } from '#test/session/random-seed';
import { newFlow } from './flows.ts';

const MAXIMUM = 3;

describe('QoS 2, from the client', () => {
  it('takes a message over with its packet identifier [MQTT-4.3.3-8]', () => {
    const flow = newFlow({ inbound: [9] });
    expect(receive(flow, 5, MAXIMUM)).toEqual({ outcome: 'new', flow: { ...flow, inbound: [9, 5] } });
  });

  it('knows the same message again until PUBREL [MQTT-4.3.3-10]', () => {
    expect(receive(newFlow({ inbound: [9, 5] }), 5, MAXIMUM)).toEqual({ outcome: 'duplicate' });
  });

  it('forgets the identifier at PUBREL: the next PUBLISH is a new message [MQTT-4.3.3-11] [MQTT-4.3.3-12]', () => {
    const { outcome, flow } = release(newFlow({ inbound: [9, 5, 7] }), 5);
    expect(outcome).toBe('released');
    expect(flow.inbound).toEqual([9, 7]);
    expect(receive(flow, 5, MAXIMUM).outcome).toBe('new');
  });

  it('does not know the identifier of a PUBREL that comes again', () => {
    const flow = newFlow({ inbound: [9] });
    expect(release(flow, 5)).toEqual({ outcome: 'unknown', flow });
  });

  it('takes no more than the client was allowed, but acknowledges what it has taken [MQTT-3.3.4-7]', () => {
    const full = newFlow({ inbound: [1, 2, 3] });
    expect(receive(full, 4, MAXIMUM)).toEqual({ outcome: 'tooMany' });
    expect(receive(full, 3, MAXIMUM)).toEqual({ outcome: 'duplicate' });
    expect(receive(release(full, 1).flow, 4, MAXIMUM).outcome).toBe('new');
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
      for (const { cmd, packetId } of all) {
        if (cmd === 'publish') {
          const received = receive(flow, packetId, MAXIMUM);
          const expected = held.has(packetId) ? 'duplicate' : held.size < MAXIMUM ? 'new' : 'tooMany';
          expect(received.outcome).toBe(expected);
          if (received.outcome !== 'new') continue;
          flow = received.flow;
          held.add(packetId);
        } else {
          const released = release(flow, packetId);
          expect(released.outcome).toBe(held.delete(packetId) ? 'released' : 'unknown');
          flow = released.flow;
        }
        expect(new Set(flow.inbound)).toEqual(held);
      }
    }),
    { seed: randomSeed, numRuns: 500 },
  );
});
