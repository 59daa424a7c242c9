import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { handleCarrierRequest, readCarrierRequest } from '#carrier/carrier-request';
import { CLIENT_ID, contextFor, Service, T } from './service.ts';

describe('what happens to a carried connection elsewhere', () => {
  let service: Service;
  let id: string;
  beforeEach(async () => {
    service = new Service();
    id = await service.open(randomUUID(), T + 100);
  });
  const handle = (request: object) => {
    const read = readCarrierRequest({ clientId: CLIENT_ID, ...request });
    if (!read.ok) throw new Error(read.reason);
    return handleCarrierRequest(read.request, service.dependencies);
  };
  const ended = (atMs: number, reason = 'CONNECTION_LOST') => handle({ kind: 'carrierEnded', reason, atMs });

  it('is signalled: something waits, in these filters or anywhere', async () => {
    expect(await handle({ kind: 'look', connectionId: id, filters: ['a/#'] })).toBe('delivered');
    await handle({ kind: 'look', connectionId: id });
    await handle({ kind: 'look', connectionId: id, filters: Array(500).fill('a/long/filter/#') });
    const looks = service.down.slice(1).map(({ frame }) => frame);
    expect(looks.map(({ kind, close }) => [kind, close])).toEqual(Array(3).fill(['signal', false]));
    expect(looks.map(({ look }) => Buffer.from(look ?? 'none').toString())).toEqual(['["a/#"]', '', '']);
  });

  it('is a newer connection: the older one ends with DISCONNECT 0x8E [MQTT-3.1.4-3]', async () => {
    await handle({ kind: 'takenOver', connectionId: id });
    expect(service.down[1]?.frame).toMatchObject({ kind: 'signal', close: true, reasonCode: 0x8e });
    expect(Buffer.from(service.down[1]?.frame.packets ?? []).toString('hex')).toMatch(/^e0..8e/);
    expect(await service.frame({ connection: id, sequence: 1 }, T + 101)).toEqual({
      outcome: 'outOfSequence',
    });
    // The newer one has ended it in the session.
    await ended(T + 200);
    expect(service.requests).toHaveLength(1);
    expect(await handle({ kind: 'takenOver', connectionId: id })).toBe('not open');
  });

  it('is a newer connection: MQTT 3.1.1 has no DISCONNECT for that', async () => {
    service.answer = () => ({ packets: [], context: contextFor(4) });
    const older = await service.open(randomUUID(), T + 150);
    await handle({ kind: 'takenOver', connectionId: older });
    expect(service.down[2]?.frame).toMatchObject({ close: true, packets: Buffer.alloc(0) });
  });

  it('is an operator: it ends with DISCONNECT 0x98, and the session hears of it', async () => {
    expect(await handle({ kind: 'close', connectionId: id })).toBe('delivered');
    expect(service.down[1]?.frame).toMatchObject({ kind: 'signal', close: true, reasonCode: 0x98 });
    expect(Buffer.from(service.down[1]?.frame.packets ?? []).toString('hex')).toMatch(/^e0..98/);
    expect(service.requests[1]).toMatchObject({ closed: { reason: 'API_INITIATED_DISCONNECT' } });
    // Who asked may have died before the device was told.
    expect(await handle({ kind: 'close', connectionId: id })).toBe('delivered');
    expect(service.down).toHaveLength(3);
    expect(await handle({ kind: 'close', connectionId: randomUUID() })).toBe('not open');
  });

  it('is the end of what carries it: its own end', async () => {
    expect(await ended(T + 200, 'MQTT_KEEP_ALIVE_TIMEOUT')).toBe('ended');
    expect(service.requests[1]).toEqual({
      connection: { id, carrier: { kind: 'iot' }, clientId: CLIENT_ID },
      context: contextFor(5),
      packets: [],
      closed: { reason: 'MQTT_KEEP_ALIVE_TIMEOUT', atMs: T + 200 },
    });
    expect(await service.frame({ connection: id, sequence: 1 }, T + 201)).toEqual({
      outcome: 'outOfSequence',
    });
  });

  it('is the end of what carried an older one: nothing', async () => {
    expect(await ended(T + 99)).toBe('not open');
    expect(service.requests).toHaveLength(1);
    expect(await service.frame({ connection: id, sequence: 1 }, T + 101)).toEqual({ outcome: 'answered' });
  });

  it('is said again with the first reason, since the packet edge may not have heard it', async () => {
    service.answer = () => {
      throw new Error('throttled');
    };
    await expect(ended(T + 200, 'CLIENT_ERROR')).rejects.toThrow('throttled');
    service.answer = () => ({ packets: [] });
    expect(await ended(T + 300)).toBe('ended before');
    expect(service.requests[2]?.closed).toEqual({ reason: 'CLIENT_ERROR', atMs: T + 200 });
  });

  it.each(['CLIENT_INITIATED_DISCONNECT', 'AUTH_ERROR', 'a reason to come'])(
    'is no DISCONNECT of the client because the broker says %s',
    async (reason) => {
      await ended(T + 200, reason);
      expect(service.requests[1]?.closed?.reason).toBe('CONNECTION_LOST');
    },
  );

  it('means nothing to the packet edge before a CONNECT was accepted', async () => {
    const other = new Service();
    other.answer = () => ({ packets: [] });
    await other.open(randomUUID(), T);
    const end = {
      kind: 'carrierEnded',
      clientId: CLIENT_ID,
      reason: 'CONNECTION_LOST',
      atMs: T + 1,
    } as const;
    expect(await handleCarrierRequest(end, other.dependencies)).toBe('ended');
    expect(other.requests).toHaveLength(1);
  });

  it.each([
    [{}],
    [{ kind: 'look', clientId: 'a' }],
    [{ kind: 'carrierEnded', clientId: 'a', reason: 'x', atMs: -1 }],
  ])('is refused if it is %j', (body) => {
    expect(readCarrierRequest(body)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('Allowed: {'),
    });
  });
});
