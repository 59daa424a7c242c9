import { describe, expect, it } from 'vitest';
import { generatePacket } from '#packets/generate';
import { parsePacket } from '#packets/parse';

describe('a round trip', () => {
  it('keeps the order of user properties, those of one name between others [MQTT-3.3.2-18]', () => {
    const userProperties = [
      { name: 'a', value: '1' },
      { name: 'b', value: '2' },
      { name: 'a', value: '3' },
      { name: '__proto__', value: '' },
    ];
    const publish = {
      cmd: 'publish',
      topic: 'devices/1/state',
      payload: Buffer.from('on'),
      qos: 2,
      dup: true,
      retain: false,
      packetId: 7,
      properties: { contentType: '', correlationData: Buffer.from([0, 1]), userProperties },
    } as const;

    expect(parsePacket(generatePacket(publish, 5), 5)).toEqual({ ok: true, packet: publish });
  });
});
