import { expect, it } from 'vitest';
import { parsePacket } from '#packets/parsing/parse';
import { FIRST, packetOf, uint16 } from '../fixtures/bytes.ts';

const OF_PUBLISH = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];
const OF_RELEASE = [0x00, 0x92];
/** The codes of MQTT 5, table 3-10, that a client sends. */
const OF_DISCONNECT = [0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99];

it.each([
  { clause: 'MQTT-3.4.2-1', kind: 'puback', codes: OF_PUBLISH },
  { clause: 'MQTT-3.5.2-1', kind: 'pubrec', codes: OF_PUBLISH },
  { clause: 'MQTT-3.6.2-1', kind: 'pubrel', codes: OF_RELEASE },
  { clause: 'MQTT-3.7.2-1', kind: 'pubcomp', codes: OF_RELEASE },
  { clause: 'MQTT-3.14.2-1', kind: 'disconnect', codes: OF_DISCONNECT },
] as const)('[$clause] takes the reason codes of $kind and no other', ({ clause, kind, codes }) => {
  const packetId = kind === 'disconnect' ? [] : uint16(1);
  const parsed = Array.from({ length: 256 }, (_, code) =>
    parsePacket(packetOf(FIRST[kind], packetId, code), 5),
  );

  expect(parsed.flatMap(({ ok }, code) => (ok ? [code] : []))).toEqual(codes);
  for (const each of parsed) {
    expect(each).toMatchObject(each.ok ? { packet: { cmd: kind } } : { reasonCode: 0x82, clause });
  }
});
