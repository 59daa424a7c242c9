import { describe, expect, it } from 'vitest';
import { generatePacket, hasForm } from '#packets/generating/generate';
import { generateFor } from '#packets/generating/generate-for';
import { connackReturnCode, REASON_CODES } from '#packets/reason-codes';
import type { ServerPacket } from '#packets/types';
import { packetOf, properties, text, uint16 } from '../fixtures/bytes.ts';
import { SERVER_FIXTURES } from '../fixtures/server-fixtures.ts';

const refusal = (reasonCode: number): ServerPacket => ({ cmd: 'connack', sessionPresent: false, reasonCode });

describe('generated packets', () => {
  it.each(SERVER_FIXTURES)('$name in version $protocolVersion', ({ protocolVersion, bytes, packet }) => {
    expect(hasForm(packet, protocolVersion)).toBe(true);
    expect(Buffer.from(generatePacket(packet, protocolVersion))).toEqual(Buffer.from(bytes));
  });
});

describe('what 3.1.1 has no form for', () => {
  it.each([
    ['unsupportedProtocolVersion', 1],
    ['clientIdentifierNotValid', 2],
    ['serverUnavailable', 3],
    ['serverBusy', 3],
    ['badUserNameOrPassword', 4],
    ['notAuthorized', 5],
    ['banned', 5],
  ] as const)('a CONNACK says %s as return code %d (MQTT 3.1.1, table 3.1)', (name, returnCode) => {
    expect(connackReturnCode(REASON_CODES[name])).toBe(returnCode);
    expect(generateFor(refusal(REASON_CODES[name]), { protocolVersion: 4 })).toEqual(
      Buffer.from([0x20, 2, 0, returnCode]),
    );
  });

  it.each([
    { cmd: 'connack', sessionPresent: false, reasonCode: 0x81 },
    { cmd: 'disconnect', reasonCode: 0x8e },
  ] as const)('is not said: $cmd $reasonCode', (packet) => {
    expect(hasForm(packet, 4)).toBe(false);
    expect(generateFor(packet, { protocolVersion: 4 })).toBeUndefined();
    expect(() => generatePacket(packet, 4)).toThrow(
      `no ${packet.cmd} of the server that says reason code ${packet.reasonCode};`,
    );
    expect(hasForm(packet, 5)).toBe(true);
  });
});

describe('the reason string', () => {
  const puback = {
    cmd: 'puback',
    packetId: 1,
    reasonCode: 0x97,
    properties: { reasonString: 'the quota is used up' },
  } as const;
  const withReason = packetOf(0x40, uint16(1), 0x97, properties([31, ...text('the quota is used up')]));
  const withoutReason = packetOf(0x40, uint16(1), 0x97, properties());

  it.each([
    { name: 'is there by default', receiver: {}, bytes: withReason },
    { name: 'is there where it fits', receiver: { maximumPacketSize: withReason.length }, bytes: withReason },
    {
      name: 'is left out where it makes the packet too large [MQTT-3.4.2-2]',
      receiver: { maximumPacketSize: withReason.length - 1 },
      bytes: withoutReason,
    },
    {
      name: 'is left out where the client did not ask for it [MQTT-3.1.2-29]',
      receiver: { requestProblemInformation: false },
      bytes: withoutReason,
    },
  ])('$name', ({ receiver, bytes }) => {
    expect(generateFor(puback, { protocolVersion: 5, ...receiver })).toEqual(Buffer.from(bytes));
  });

  it('is always there in CONNACK and DISCONNECT, if it fits [MQTT-3.2.2-19] [MQTT-3.14.2-3]', () => {
    const packets: readonly ServerPacket[] = [
      { ...refusal(0x97), properties: { reasonString: 'full', serverKeepAlive: 1 } } as ServerPacket,
      { cmd: 'disconnect', reasonCode: 0x97, properties: { reasonString: 'full' } },
    ];
    for (const packet of packets) {
      const receiver = { protocolVersion: 5, requestProblemInformation: false } as const;
      const whole = generatePacket(packet, 5);

      expect(generateFor(packet, receiver)).toEqual(whole);
      expect(generateFor(packet, { ...receiver, maximumPacketSize: whole.length - 1 })?.length).toBe(
        whole.length - 'full'.length - 3,
      );
    }
  });

  it('makes no difference to what is too large anyway, which is not sent [MQTT-3.1.2-24]', () => {
    const { packet, bytes } = SERVER_FIXTURES.find(({ name }) => name === 'PUBLISH with everything') ?? {};
    if (packet === undefined || bytes === undefined) throw new Error('The fixture is gone');

    expect(generateFor(packet, { protocolVersion: 5, maximumPacketSize: bytes.length - 1 })).toBeUndefined();
    expect(generateFor(packet, { protocolVersion: 5, maximumPacketSize: bytes.length })).toHaveLength(
      bytes.length,
    );
    expect(generateFor(puback, { protocolVersion: 5, maximumPacketSize: 5 })).toBeUndefined();
  });
});
