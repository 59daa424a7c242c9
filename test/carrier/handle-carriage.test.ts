import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { isCarriageEvent, readCarriageEvent } from '#carrier/carriage-event';
import { connectionIdOf, MAXIMUM_CARRIED_PACKET_BYTES } from '#packets/carrying/carriage';
import { numberedPacket, numbersIn } from './numbered-packets.ts';
import { CLIENT_ID, contextFor, PINGREQ, Service, T } from './service.ts';

const PUBACK = Buffer.of(0x40, 2, 0, 1);
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

describe('a frame of a device', () => {
  let service: Service;
  let nonce: string;
  let id: string;
  beforeEach(() => {
    service = new Service();
    nonce = randomUUID();
    id = connectionIdOf(CLIENT_ID, nonce);
  });

  it('hands its packets over with what the broker knows of their client', async () => {
    const packets = Buffer.concat([numberedPacket(1), numberedPacket(2)]);
    expect(await service.frame({ connection: nonce, kind: 'open', packets })).toEqual({
      outcome: 'answered',
    });
    expect(service.requests).toEqual([
      {
        connection: {
          id,
          carrier: { kind: 'iot' },
          clientId: CLIENT_ID,
          maximumPacketSize: MAXIMUM_CARRIED_PACKET_BYTES,
          principal: 'certificate',
        },
        packets: [
          { data: base64(numberedPacket(1)), receivedAtMs: T },
          { data: base64(numberedPacket(2)), receivedAtMs: T + 1 },
        ],
      },
    ]);
  });

  it('gives acknowledgements the receive time of the packet before, and takes no more times than that', async () => {
    await service.open(nonce);
    const packets = Buffer.concat([PUBACK, numberedPacket(1), PUBACK, PUBACK, numberedPacket(2)]);
    await service.frame({ connection: id, sequence: 1, packets }, T + 5);
    await service.frame({ connection: id, sequence: 2, packets: numberedPacket(3) }, T + 5);
    const stamps = service.requests.map((request) => request.packets.map(({ receivedAtMs }) => receivedAtMs));
    expect(stamps).toEqual([[T], [T + 5, T + 6, T + 6, T + 6, T + 7], [T + 8]]);
  });

  it('is answered on the topic of its client, with the context kept for the next one', async () => {
    service.answer = () => ({
      packets: [base64(numberedPacket(9))],
      context: contextFor(5),
      lookAfterMs: 70,
    });
    await service.open(nonce);
    await service.frame({ connection: id, sequence: 1 }, T + 5);
    expect(service.requests[1]).toMatchObject({ context: contextFor(5), packets: [{ receivedAtMs: T + 5 }] });
    expect(service.down.map(({ topic }) => topic)).toEqual(Array(2).fill('mqtt-sessions/device 7/down'));
    expect(service.down[1]?.frame).toMatchObject({
      kind: 'answer',
      connection: id,
      sequence: 1,
      part: 0,
      isLast: true,
      close: false,
      lookAfterMs: 70,
    });
    expect(numbersIn(service.down[1]?.frame.packets ?? new Uint8Array())).toEqual([9]);
  });

  it('is answered in as many parts as it takes', async () => {
    const packets = [0, 1, 2, 3, 4].map((number) => base64(numberedPacket(number, 50_000)));
    service.answer = () => ({ packets, context: contextFor(5), close: true });
    await service.open(nonce);
    const frames = service.down.map(({ frame }) => frame);
    expect(frames.map(({ part, isLast, close }) => [part, isLast, close])).toEqual([
      [0, false, false],
      [1, false, false],
      [2, true, true],
    ]);
    expect(frames.flatMap(({ packets: part }) => numbersIn(part))).toEqual([0, 1, 2, 3, 4]);
  });

  it('is handled once, however often it comes', async () => {
    await service.open(nonce);
    expect(await service.frame({ connection: nonce, kind: 'open' }, T + 9)).toEqual({ outcome: 'repeated' });
    await service.frame({ connection: id, sequence: 1 }, T + 10);
    expect(await service.frame({ connection: id, sequence: 1 }, T + 11)).toEqual({ outcome: 'repeated' });
    expect(service.requests).toHaveLength(2);
    expect(service.down).toHaveLength(2);
  });

  it('that is not the next one ends the connection', async () => {
    await service.open(nonce);
    expect(await service.frame({ connection: id, sequence: 2 })).toEqual({ outcome: 'outOfSequence' });
    expect(service.requests).toHaveLength(1);
    expect(service.down[1]?.frame).toMatchObject({
      kind: 'signal',
      close: true,
      connection: id,
      reasonCode: 0x82,
    });
  });

  it('of an older connection changes nothing', async () => {
    const newer = await service.open(randomUUID(), T + 10);
    expect(await service.frame({ connection: nonce, kind: 'open' }, T + 9)).toEqual({ outcome: 'overtaken' });
    expect(await service.frame({ connection: id, sequence: 1 }, T + 12)).toEqual({
      outcome: 'outOfSequence',
    });
    expect(await service.frame({ connection: id, kind: 'close' }, T + 12)).toEqual({ outcome: 'closed' });
    expect(service.requests).toHaveLength(1);
    expect(await service.frame({ connection: newer, sequence: 1 }, T + 13)).toEqual({ outcome: 'answered' });
  });

  it('of another client does not reach the connection', async () => {
    await service.open(nonce);
    expect(await service.frame({ connection: id, sequence: 1 }, T + 1, 'device 8')).toEqual({
      outcome: 'outOfSequence',
    });
    expect(service.requests).toHaveLength(1);
  });

  it('that its device has long given up is left alone', async () => {
    service.nowMs = T + 60_001;
    expect(await service.frame({ connection: nonce, kind: 'open' })).toEqual({ outcome: 'tooLate' });
    expect(service.requests).toEqual([]);
  });

  it('of a client that is not carried is refused', async () => {
    service.isCarried = false;
    expect(await service.frame({ connection: nonce, kind: 'open' })).toEqual({ outcome: 'notCarried' });
    expect(service.requests).toEqual([]);
    expect(service.down[0]?.frame).toMatchObject({ close: true, connection: id, reasonCode: 0x87 });
  });

  it.each([
    ['a packet that is cut', PINGREQ.subarray(0, 1)],
    ['a packet and a half', Buffer.concat([PINGREQ, Buffer.of(0x30)])],
    ['a length without end', Buffer.of(0x30, 0xff, 0xff, 0xff, 0xff, 0xff)],
  ])('with %s ends the connection', async (_, packets) => {
    const handled = await service.frame({ connection: nonce, kind: 'open', packets });
    expect(handled).toMatchObject({
      outcome: 'refused',
      reason: expect.stringContaining('whole control packets'),
    });
    expect(service.down[0]?.frame).toMatchObject({ close: true, connection: id, reasonCode: 0x81 });
  });

  it('that nobody can read is refused with the reason', async () => {
    expect(await service.bytes(Buffer.from('hello'))).toMatchObject({
      outcome: 'refused',
      reason: 'A frame came that cannot be read: it has 5 bytes; its header alone has 22',
    });
  });

  it('asks for what waits, as the signal named it', async () => {
    await service.open(nonce);
    const frame = { connection: id, packets: new Uint8Array() };
    await service.frame({ ...frame, sequence: 1, look: new Uint8Array() });
    await service.frame({ ...frame, sequence: 2, look: Buffer.from('["a/#"]') });
    await service.frame({ ...frame, sequence: 3, look: Buffer.from('{"a":1}') });
    await service.frame({ ...frame, sequence: 4, look: Buffer.from('[') });
    expect(service.requests.slice(1).map(({ look }) => look)).toEqual([{}, { filters: ['a/#'] }, {}, {}]);
  });

  it('ends the connection when the packet edge fails', async () => {
    await service.open(nonce);
    service.answer = () => {
      throw new Error('throttled');
    };
    expect(await service.frame({ connection: id, sequence: 1 })).toMatchObject({
      outcome: 'failed',
      reason: 'Error: throttled',
    });
    expect(service.down[1]?.frame).toMatchObject({ close: true, connection: id, reasonCode: 0x89 });
  });

  it('is answered again when the broker takes no message for a while, and not for ever', async () => {
    service.sendOutcomes.push('throttled', 'notConnected', 'unavailable');
    expect(await service.frame({ connection: nonce, kind: 'open' })).toEqual({ outcome: 'answered' });
    expect(service.down).toHaveLength(1);
    service.sendOutcomes.push(...(Array(5).fill('throttled') as 'throttled'[]));
    expect(await service.frame({ connection: id, sequence: 1 }, T + 1)).toEqual({
      outcome: 'unanswered',
      reason: 'throttled',
    });
    service.sendOutcomes.push(...(Array(3).fill('notConnected') as 'notConnected'[]));
    expect(await service.frame({ connection: id, sequence: 2 }, T + 2)).toEqual({
      outcome: 'unanswered',
      reason: 'notConnected',
    });
    expect(service.sendOutcomes).toEqual([]);
  });

  it('takes no more once the packet edge has ended the connection', async () => {
    await service.open(nonce);
    service.answer = () => ({ packets: [], context: contextFor(5), close: true });
    await service.frame({ connection: id, sequence: 1 }, T + 1);
    expect(service.down[1]?.frame).toMatchObject({ kind: 'answer', close: true });
    expect(await service.frame({ connection: id, sequence: 2 }, T + 2)).toEqual({ outcome: 'outOfSequence' });
    await service.frame({ connection: id, kind: 'close' }, T + 3);
    expect(service.requests).toHaveLength(2);
  });

  it('says what ended when the connection that replaced it is refused', async () => {
    await service.open(nonce);
    service.answer = () => ({ packets: [], close: true });
    await service.open(randomUUID(), T + 1);
    expect(service.requests[2]).toMatchObject({
      connection: { id },
      packets: [],
      closed: { reason: 'CONNECTION_LOST', atMs: T + 1 },
    });
  });
});

describe('an event of the rule', () => {
  const event = { kind: 'carriage', data: 'AA==', clientId: 'a', timestamp: T };

  it('is told from what else comes', () => {
    expect(isCarriageEvent(event)).toBe(true);
    expect([{}, null, 'carriage', { Records: [] }, { connection: {} }].some(isCarriageEvent)).toBe(false);
  });

  it.each([
    ['data', 7, 'data: 7 came; allowed: text of at least one character'],
    ['clientId', '', 'clientId: "" came; allowed: text of at least one character'],
    ['timestamp', 'now', 'timestamp: "now" came; allowed: milliseconds since 1970'],
    ['timestamp', -1, 'timestamp: -1 came; allowed: milliseconds since 1970'],
  ])('with a wrong %s is refused', (field, value, reason) => {
    expect(readCarriageEvent(event)).toEqual({ ok: true, event });
    expect(readCarriageEvent({ ...event, [field]: value })).toEqual({ ok: false, reason });
  });
});
