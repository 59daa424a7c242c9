import { describe, expect, it } from 'vitest';
import { parsePacket } from '#packets/parsing/parse';
import { FIRST, PROPERTY, packetOf, properties, text } from '../fixtures/bytes.ts';
import { CLIENT_FIXTURES } from '../fixtures/client-fixtures.ts';

/** The version that stands before the packet is read: none before a CONNECT. */
const known = (cmd: string, protocolVersion: 4 | 5) => (cmd === 'connect' ? undefined : protocolVersion);

describe.each(CLIENT_FIXTURES)('$name in version $protocolVersion', ({ protocolVersion, bytes, packet }) => {
  it('is read', () => {
    expect(parsePacket(bytes, known(packet.cmd, protocolVersion))).toEqual({ ok: true, packet });
  });

  it('is refused when it is cut off anywhere', () => {
    for (let length = 0; length < bytes.length; length += 1) {
      expect(parsePacket(bytes.subarray(0, length), known(packet.cmd, protocolVersion))).toMatchObject({
        ok: false,
        reasonCode: 0x81,
      });
    }
  });

  it('is refused with a byte behind it', () => {
    expect(parsePacket(Uint8Array.from([...bytes, 0]), known(packet.cmd, protocolVersion))).toMatchObject({
      ok: false,
      reasonCode: 0x81,
    });
  });
});

describe('a refusal says what came and what is allowed', () => {
  const publishing = (...parts: readonly (readonly number[])[]) =>
    packetOf(FIRST.publish, text('a'), properties(...parts));

  it.each([
    [publishing([PROPERTY.payloadFormatIndicator, 2]), 'Payload Format Indicator is 0 or 1, but 2 came'],
    [publishing([PROPERTY.topicAlias, 0, 0]), 'Topic Alias is not 0, but 0 came'],
    [publishing([0x7f]), 'the property identifier 127 came in publish, where a client may not send it'],
    [
      publishing([PROPERTY.receiveMaximum]),
      'the property Receive Maximum came in publish, where a client may not send it',
    ],
    [packetOf(FIRST.publish, [0, 9, 0x61]), 'the topic name has 9 bytes, but only 1 follow'],
    [
      packetOf(FIRST.publish, text('a\n+'), properties()),
      'the Topic Name: a topic name has no wildcards, but "a\\n+" contains +',
    ],
  ])('case $#', (bytes, reason) => {
    expect(parsePacket(bytes, 5)).toMatchObject({ ok: false, reason });
  });
});
