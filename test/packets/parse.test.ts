import { describe, expect, it } from 'vitest';
import { parsePacket } from '#packets/parse';
import { CLIENT_FIXTURES } from './client-fixtures.ts';

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
