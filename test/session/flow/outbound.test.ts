import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flow } from '#session/flow/flow';
import {
  type Acknowledgement,
  acknowledge,
  confirm,
  quotaOf,
  SEND_WINDOW,
  send,
  sendAgain,
  unconfirmed,
} from '#session/flow/outbound';
import { randomSeed } from '#test/session/random-seed';
import { at, newFlow, sent } from './flows.ts';

const SUCCESS = 0;
const NOT_FOUND = 0x92;
const UNSPECIFIED_ERROR = 0x80;
const LAST_SUCCESS = 0x7f;

const acknowledged = (flow: Flow, cmd: Acknowledgement['cmd'], packetId = 1, reasonCode: number = SUCCESS) =>
  acknowledge(flow, { cmd, packetId, reasonCode });

const states = (flow: Flow) => flow.outbound.map(({ packetId, state }) => [packetId, state]);

describe('a message that is sent', () => {
  it('waits for its acknowledgement, behind those sent before it [MQTT-4.6.0-5]', () => {
    const message = { log: 'a/#0', position: at(9), qos: 2, retain: true } as const;
    const identifiers = { subscriptionIdentifiers: [7, 7, 268_435_455] };
    const { flow, packetId } = send(sent([1, 2]), { ...message, ...identifiers });
    expect(flow.outbound.at(-1)).toEqual({ packetId, state: 'publish', ...message, ...identifiers });
    expect(states(flow)).toEqual([
      [1, 'publish'],
      [2, 'publish'],
      [3, 'publish'],
    ]);
    expect(flow.revision).toBe(0);
  });

  it('has a packet identifier that is not 0 and not in use [MQTT-2.2.1-4] [MQTT-4.3.2-1] [MQTT-4.3.3-1]', () => {
    const flow = sent([1, 1], { lastPacketId: 65_533 });
    const { packetId } = send(flow, { log: 'a/#0', position: at(9), qos: 1, retain: false });
    expect(states(flow).map(([each]) => each)).toEqual([65_534, 65_535]);
    expect(packetId).toBe(1);
    const wrapped = send(
      { ...sent([1, 1, 1]), lastPacketId: 65_535 },
      {
        log: 'a/#0',
        position: at(9),
        qos: 1,
        retain: false,
      },
    );
    expect(wrapped.packetId).toBe(4);
    expect(wrapped.flow.lastPacketId).toBe(4);
  });

  it('does not take an identifier that has just become free [MQTT-4.3.2-5]', () => {
    const { flow } = acknowledged(sent([1]), 'puback');
    expect(send(flow, { log: 'a/#0', position: at(9), qos: 1, retain: false }).packetId).toBe(2);
  });

  it('leaves the quota smaller by one until it is completely acknowledged [MQTT-3.3.4-9] [MQTT-4.9.0-2]', () => {
    const flow = sent([1, 2, 2]);
    expect(quotaOf(newFlow(), 10)).toBe(10);
    expect(quotaOf(flow, 10)).toBe(7);
    expect(quotaOf(acknowledged(flow, 'puback').flow, 10)).toBe(8);
    const released = acknowledged(flow, 'pubrec', 2).flow;
    expect(quotaOf(released, 10)).toBe(7);
    expect(quotaOf(acknowledged(released, 'pubcomp', 2).flow, 10)).toBe(8);
    expect(quotaOf(flow, 3)).toBe(0);
  });

  it('never makes the quota negative, and counts against our own limit too', () => {
    expect(quotaOf(sent([1, 2, 2]), 1)).toBe(0);
    expect(quotaOf(newFlow(), 65_535)).toBe(SEND_WINDOW);
    expect(quotaOf(sent(Array.from({ length: SEND_WINDOW }, () => 1 as const)), 65_535)).toBe(0);
  });
});

describe('QoS 1, towards the client', () => {
  it('ends with PUBACK [MQTT-4.3.2-3]', () => {
    expect(acknowledged(sent([1]), 'puback')).toEqual({
      flow: { ...newFlow(), lastPacketId: 1, delivered: 1 },
      outcome: 'completed',
    });
  });

  it('ends with PUBACK, though it says that it failed [MQTT-4.4.0-2]', () => {
    const { flow, outcome } = acknowledged(sent([1, 1]), 'puback', 1, UNSPECIFIED_ERROR);
    expect(outcome).toBe('completed');
    expect(states(flow)).toEqual([[2, 'publish']]);
    expect(flow).not.toHaveProperty('delivered');
  });

  it('counts each message that the client has got', () => {
    const first = acknowledged(sent([1, 2, 1]), 'puback').flow;
    const received = acknowledged(first, 'pubrec', 2).flow;
    expect(received.delivered).toBe(1);
    const completed = acknowledged(received, 'pubcomp', 2).flow;
    expect(completed.delivered).toBe(2);
    expect(acknowledged(completed, 'pubcomp', 2).flow.delivered).toBe(2);
    expect(acknowledged(completed, 'puback', 3).flow.delivered).toBe(3);
  });

  it.each([
    ['a PUBACK of something that was not sent', sent([1]), 'puback', 2],
    ['a PUBACK that comes again', acknowledged(sent([1]), 'puback').flow, 'puback', 1],
    ['a PUBACK of a QoS 2 message', sent([2]), 'puback', 1],
    ['a PUBCOMP of a QoS 1 message', sent([1]), 'pubcomp', 1],
    ['a PUBCOMP of something that was not sent', sent([1]), 'pubcomp', 9],
    ['a PUBCOMP before PUBREC', sent([2]), 'pubcomp', 1],
    ['a PUBREC that refuses something that was not sent', sent([2]), 'pubrec', 2, UNSPECIFIED_ERROR],
    ['a PUBREC that refuses a QoS 1 message', sent([1]), 'pubrec', 1, UNSPECIFIED_ERROR],
  ] as const)('changes nothing at %s', (_, flow, cmd, packetId, reasonCode: number = SUCCESS) => {
    expect(acknowledged(flow, cmd, packetId, reasonCode)).toEqual({ flow, outcome: 'unknown' });
  });
});

describe('QoS 2, towards the client', () => {
  it('goes on to PUBREL with PUBREC, and ends with PUBCOMP [MQTT-4.3.3-3] [MQTT-4.3.3-4] [MQTT-4.3.3-5]', () => {
    const received = acknowledged(sent([2, 2]), 'pubrec');
    expect(received).toMatchObject({
      outcome: 'released',
      reply: { cmd: 'pubrel', packetId: 1, reasonCode: SUCCESS },
    });
    expect(states(received.flow)).toEqual([
      [1, 'pubrel'],
      [2, 'publish'],
    ]);
    const completed = acknowledged(received.flow, 'pubcomp');
    expect(completed.outcome).toBe('completed');
    expect(completed.reply).toBeUndefined();
    expect(states(completed.flow)).toEqual([[2, 'publish']]);
  });

  it.each([SUCCESS, 0x10, LAST_SUCCESS])(
    'sends PUBREL at reason code %i, which is below 0x80 [MQTT-4.3.3-4]',
    (reasonCode) => {
      expect(acknowledged(sent([2]), 'pubrec', 1, reasonCode).outcome).toBe('released');
    },
  );

  it('sends PUBREL again when PUBREC comes again [MQTT-4.3.3-4]', () => {
    const { flow } = acknowledged(sent([2]), 'pubrec');
    expect(acknowledged(flow, 'pubrec')).toEqual({
      flow,
      outcome: 'repeated',
      reply: { cmd: 'pubrel', packetId: 1, reasonCode: SUCCESS },
    });
  });

  it('ends with a PUBREC of 0x80 or greater, without PUBREL [MQTT-4.4.0-2]', () => {
    for (const flow of [sent([2]), acknowledged(sent([2]), 'pubrec').flow]) {
      expect(acknowledged(flow, 'pubrec', 1, UNSPECIFIED_ERROR)).toEqual({
        flow: { ...newFlow(), lastPacketId: 1 },
        outcome: 'completed',
      });
    }
  });

  it('ends with PUBCOMP, though the client no longer knew the identifier', () => {
    const { flow } = acknowledged(sent([2]), 'pubrec');
    expect(acknowledged(flow, 'pubcomp', 1, NOT_FOUND).outcome).toBe('completed');
  });

  it.each([
    ['nothing', newFlow()],
    ['a message of QoS 1', sent([1])],
  ])('tells the client that the packet identifier is not found, when it stands for %s', (_, flow) => {
    expect(acknowledged(flow, 'pubrec')).toEqual({
      flow,
      outcome: 'unknown',
      reply: { cmd: 'pubrel', packetId: 1, reasonCode: NOT_FOUND },
    });
  });
});

describe('what is still to be sent again [MQTT-4.4.0-1]', () => {
  it('goes on with the next one when its first is acknowledged', () => {
    const flow = sent([1, 1, 1], { resendFrom: 2 });
    expect(acknowledged(flow, 'puback', 2).flow.resendFrom).toBe(3);
    expect(acknowledged(flow, 'puback', 1).flow.resendFrom).toBe(2);
  });

  it('is nothing more when its last one is acknowledged', () => {
    expect(acknowledged(sent([1, 1], { resendFrom: 2 }), 'puback', 2).flow).not.toHaveProperty('resendFrom');
  });
});

describe('an answer that may be lost on its way to the client', () => {
  it('sends from the first message that it sends or sends again', () => {
    expect(sent([1, 2, 1]).unconfirmedFrom).toBe(1);
    expect(unconfirmed(newFlow({ outbound: sent([1, 2]).outbound }), 2).unconfirmedFrom).toBe(2);
  });

  it('is nothing to be thought of once it is known to have come', () => {
    expect(confirm(sent([1, 2]))).not.toHaveProperty('unconfirmedFrom');
  });

  it('is sent again from there when it was lost [MQTT-4.4.0-1]', () => {
    const lost = sendAgain(sent([1, 2], { unconfirmedFrom: 2 }));
    expect(lost).toMatchObject({ resendFrom: 2 });
    expect(lost).not.toHaveProperty('unconfirmedFrom');
  });

  it('changes nothing when it sent nothing', () => {
    const flow = newFlow({ resendFrom: 7 });
    expect(sendAgain(flow)).toEqual(flow);
  });

  it('goes on with the next message when its first is acknowledged all the same', () => {
    const flow = sent([1, 1, 1], { unconfirmedFrom: 2 });
    expect(acknowledged(flow, 'puback', 2).flow.unconfirmedFrom).toBe(3);
    expect(acknowledged(flow, 'puback', 1).flow.unconfirmedFrom).toBe(2);
    expect(acknowledged(sent([1]), 'puback', 1).flow).not.toHaveProperty('unconfirmedFrom');
  });
});

/** What client and server do, in any order, with packets lost and repeated. */
const steps = fc.array(
  fc.record({
    action: fc.constantFrom('send', 'puback', 'pubrec', 'pubcomp'),
    qos: fc.constantFrom(1 as const, 2 as const),
    packetId: fc.integer({ min: 1, max: 70 }),
    fails: fc.boolean(),
  }),
  { maxLength: 200 },
);

it('keeps the order, one identifier a message and the window, whatever is acknowledged [MQTT-4.6.0-5]', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 65_535 }), fc.nat(65_535), (all, maximum, last) => {
      let flow = newFlow({ lastPacketId: last });
      for (const [index, { action, qos, packetId, fails }] of all.entries()) {
        if (action === 'send') {
          if (quotaOf(flow, maximum) === 0) continue;
          flow = send(flow, { log: 'a/#0', position: at(index), qos, retain: false }).flow;
        } else {
          const before = flow;
          const reasonCode = fails ? UNSPECIFIED_ERROR : SUCCESS;
          const result = acknowledge(flow, { cmd: action, packetId, reasonCode });
          flow = result.flow;
          const lost = before.outbound.length - flow.outbound.length;
          expect(lost).toBe(result.outcome === 'completed' ? 1 : 0);
          if (result.outcome === 'repeated' || result.outcome === 'unknown') expect(flow).toBe(before);
        }
        const identifiers = flow.outbound.map((entry) => entry.packetId);
        expect(new Set(identifiers).size).toBe(identifiers.length);
        expect(identifiers.every((each) => each >= 1 && each <= 65_535)).toBe(true);
        const positions = flow.outbound.map(({ position }) => position);
        expect(positions).toEqual(positions.toSorted());
        expect(flow.outbound.length).toBeLessThanOrEqual(Math.min(maximum, SEND_WINDOW));
      }
    }),
    { seed: randomSeed, numRuns: 500 },
  );
});
