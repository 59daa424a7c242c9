import { describe, expect, it } from 'vitest';
import { positionAt, timeOf } from '#session/position';
import { ReturnedClient } from './returned-client.ts';

const A = { topic: 'a', filters: ['a'] } as const;

describe('a run of the pump', () => {
  it('delivers what waits, in order, marked with its message id, and gives the lease back', async () => {
    const client = await ReturnedClient.create(['a']);
    const ids = [client.log(A), client.log(A), client.log(A)];
    await client.return();
    const result = await client.run();
    expect(result).toMatchObject({ outcome: 'unfinished', delivered: 3, reason: 'notSubscribed' });
    expect(client.received).toEqual(ids);
    expect(client.session).toMatchObject({ delivered: 3, owesDelivery: true });
    expect(client.session?.lease).toBeUndefined();
  });

  it('delivers nothing twice in the next run, and writes nothing when it finds nothing', async () => {
    const client = await ReturnedClient.create(['a']);
    client.log(A);
    await client.return();
    await client.run();
    const writes = client.stores.writes.length;
    expect(await client.run()).toMatchObject({ outcome: 'unfinished', delivered: 0 });
    expect(client.received).toHaveLength(1);
    expect(client.stores.writes).toHaveLength(writes);
  });

  it('leaves a filter to the broker from the time at which the client subscribes again', async () => {
    const client = await ReturnedClient.create(['a']);
    const waiting = client.log(A);
    await client.return(['a']);
    expect(await client.run()).toMatchObject({ outcome: 'unfinished', reason: 'settling', delivered: 1 });
    await client.time.run(client.time.nowMs + 2_000);
    client.log(A);
    await client.time.run(client.time.nowMs + 10_000);
    expect(await client.run()).toMatchObject({ outcome: 'complete' });
    expect(client.received).toEqual([waiting]);
    expect(client.session).toMatchObject({ owesDelivery: false });
    expect(await client.run()).toEqual({ outcome: 'nothing' });
  });

  it('goes on with a filter that the client has not subscribed to again', async () => {
    const client = await ReturnedClient.create(['a', 'b']);
    await client.return(['a']);
    await client.time.run(client.time.nowMs + 5_000);
    client.log(A);
    const owed = client.log({ topic: 'b', filters: ['b'] });
    await client.time.run(client.time.nowMs + 10_000);
    expect(await client.run()).toMatchObject({ reason: 'notSubscribed', delivered: 1 });
    expect(client.received).toEqual([owed]);
  });

  it('delivers nothing that has not settled', async () => {
    const client = await ReturnedClient.create(['a']);
    await client.return();
    client.log(A);
    expect(await client.run()).toMatchObject({ delivered: 0 });
    expect(timeOf(client.session?.cursor ?? '')).toBeLessThan(client.time.nowMs - 3_999);
    await client.time.run(client.time.nowMs + 4_001);
    expect(await client.run()).toMatchObject({ delivered: 1 });
  });

  it('delivers a message that several filters match once, with the highest QoS among them', async () => {
    const client = await ReturnedClient.create(['a', '+', '#']);
    const change = {
      clientId: 'client',
      incarnation: client.session?.incarnation ?? '',
      sessionIdentifier: 's0',
    };
    for (const filter of ['a', '#']) {
      const atMs = client.time.nowMs;
      client.stores.subscribe({ ...change, filter, kind: 'subscribed', atMs, qos: 0 });
    }
    const id = client.log({ topic: 'a', filters: ['a', '+', '#'] });
    await client.return();
    await client.run();
    expect(client.deliveries).toMatchObject([{ messageId: id, confirm: true }]);
  });

  it.each([
    [true, 1],
    [false, 0],
  ])('delivers a message of QoS 0 only if the policy lets it wait: %s', async (queueQos0, delivered) => {
    const client = await ReturnedClient.create(['a'], { policy: { queueQos0 } });
    client.log({ ...A, more: { qos: 0 } });
    await client.return();
    await client.run();
    expect(client.deliveries).toHaveLength(delivered);
    expect(client.deliveries.every(({ confirm }) => !confirm)).toBe(true);
    expect(client.session?.drops).toEqual({});
  });

  it('drops a message that expired while it waited, with its reason and name', async () => {
    const client = await ReturnedClient.create(['a']);
    client.log({ ...A, more: { messageExpiryInterval: 2 } });
    const fresh = client.log({ ...A, more: { messageExpiryInterval: 60 } });
    await client.return();
    await client.run();
    expect(client.received).toEqual([fresh]);
    expect(client.session?.drops).toEqual({ expired: 1 });
    expect(client.session?.lastDrops).toMatchObject([{ reason: 'expired', topic: 'a' }]);
  });

  it('keeps its rate below the limit of deliveries a second', async () => {
    const client = await ReturnedClient.create(['#'], { settings: { deliveriesPerSecond: 20 } });
    for (let count = 0; count < 60; count += 1) client.log({ topic: `t/${count}`, filters: ['#'] });
    await client.return();
    await client.run();
    const times = client.deliveries.map(({ atMs }) => atMs);
    for (const atMs of times) {
      expect(times.filter((other) => other >= atMs && other < atMs + 1_000).length).toBeLessThanOrEqual(20);
    }
    expect(times).toHaveLength(60);
  });

  it('writes its progress every hundred messages, and renews its lease as it does', async () => {
    const client = await ReturnedClient.create(['a'], { settings: { deliveriesPerSecond: 10 } });
    for (let count = 0; count < 450; count += 1) client.log(A);
    await client.return();
    const before = client.stores.writes.length;
    await client.run();
    const leases = client.stores.writes.slice(before).map(({ lease }) => lease);
    const leased = leases.filter((lease) => lease !== undefined);
    expect(new Set(leased.map(({ holder }) => holder)).size).toBe(1);
    expect(leased.length).toBeGreaterThanOrEqual(5);
    expect(leased.map(({ untilMs }) => untilMs)).toEqual(leased.map(({ untilMs }) => untilMs).sort());
    expect(leases.at(-1)).toBeUndefined();
    expect(client.received).toHaveLength(450);
    expect(new Set(client.received).size).toBe(450);
  });

  it('gives way to a clean start within two seconds, however slowly it delivers', async () => {
    const client = await ReturnedClient.create(['a'], { settings: { deliveriesPerSecond: 10 } });
    for (let count = 0; count < 450; count += 1) client.log(A);
    await client.return();
    const cleanStartMs = client.time.nowMs + 5_300;
    client.time.at(cleanStartMs, () => {
      const { session } = client;
      if (session === undefined) throw new Error('There is no session');
      const { revision } = session;
      client.stores.items.set('client', { ...session, incarnation: 'new life', revision: revision + 1 });
    });
    expect(await client.run()).toMatchObject({ outcome: 'busy' });
    const last = client.deliveries.at(-1)?.atMs ?? 0;
    expect(last).toBeGreaterThan(cleanStartMs - 1_000);
    expect(last).toBeLessThanOrEqual(cleanStartMs + 2_000);
  });

  it('respects the lease of another run', async () => {
    const client = await ReturnedClient.create(['a']);
    client.log(A);
    await client.return();
    const { session } = client;
    if (session === undefined) throw new Error('There is a session');
    const untilMs = client.time.nowMs + 12_000;
    client.stores.items.set('client', { ...session, lease: { holder: 'another', untilMs } });
    expect(await client.run()).toEqual({ outcome: 'busy', retryAtMs: untilMs });
    expect(client.received).toEqual([]);
    await client.time.run(untilMs);
    expect(await client.run()).toMatchObject({ delivered: 1 });
  });

  it('lets the next connection begin at once when it has taken over in the middle of a run', async () => {
    const client = await ReturnedClient.create(['a'], { settings: { deliveriesPerSecond: 10 } });
    for (let count = 0; count < 150; count += 1) client.log(A);
    await client.return();
    client.time.at(client.time.nowMs + 5_000, () => client.connect([]));
    expect(await client.run()).toMatchObject({ outcome: 'busy' });
    expect(client.session?.lease).toBeUndefined();
    await client.run();
    expect(new Set(client.received).size).toBe(150);
  });

  it('stops in time and goes on where it stopped', async () => {
    const client = await ReturnedClient.create(['a'], { settings: { deliveriesPerSecond: 10 } });
    for (let count = 0; count < 50; count += 1) client.log(A);
    await client.return();
    expect(await client.run(2_000)).toMatchObject({ outcome: 'unfinished', reason: 'outOfTime' });
    const first = client.received.length;
    expect(first).toBeGreaterThan(10);
    expect(first).toBeLessThan(30);
    await client.run();
    expect(client.received).toEqual([...new Set(client.received)]);
    expect(client.received).toHaveLength(50);
  });

  it.each([['notAuthorized'], ['tooLarge'], ['refused']] as const)(
    'counts a message that the client may not have, and goes on: %s',
    async (reason) => {
      const client = await ReturnedClient.create(['a'], { answers: [undefined, reason] });
      for (let count = 0; count < 3; count += 1) client.log(A);
      await client.return();
      await client.run();
      expect(client.received).toHaveLength(2);
      expect(client.session?.drops).toEqual({ [reason]: 1 });
      expect(client.session?.lastDrops).toMatchObject([{ reason, topic: 'a' }]);
    },
  );

  it.each([
    ['throttled', 4],
    ['unavailable', 3],
    ['timedOut', 1],
  ] as const)('tries again what may pass: %s, %s times', async (answer, retries) => {
    const passing = Array.from({ length: retries }, () => answer);
    const client = await ReturnedClient.create(['a'], { answers: passing });
    client.log(A);
    await client.return();
    expect(await client.run()).toMatchObject({ delivered: 1 });
    const lasting = await ReturnedClient.create(['a'], { answers: [...passing, answer] });
    lasting.log(A);
    await lasting.return();
    expect(await lasting.run()).toMatchObject({ outcome: 'unfinished', reason: answer, delivered: 0 });
    expect(lasting.session?.cursor).not.toBe(positionAt(lasting.time.nowMs));
    expect(await lasting.run()).toMatchObject({ delivered: 1 });
  });

  it('counts every drop, also one that comes while the session is being written', async () => {
    const answers = Array.from({ length: 600 }, (_, index) =>
      index % 2 === 0 ? ('refused' as const) : undefined,
    );
    const client = await ReturnedClient.create(['#'], { answers, settings: { deliveriesPerSecond: 200 } });
    for (let count = 0; count < 600; count += 1) client.log({ topic: `t/${count % 20}`, filters: ['#'] });
    await client.return();
    const { write } = client.stores.sessions;
    let sent = 0;
    const send = client.send.bind(client);
    client.send = (...message) => {
      sent += 1;
      return send(...message);
    };
    client.stores.sessions.write = async (...session) => {
      const before = sent;
      const result = await write(...session);
      // It is under way until the next two messages are sent, one of them refused, if any lane has more to send.
      await client.time.until(() => sent >= before + 2, 300);
      return result;
    };
    await client.run();
    expect(client.session?.drops).toEqual({ refused: 300 });
    expect(client.session?.delivered).toBe(300);
  });

  it('keeps its counts through a lost race with another writer', async () => {
    const client = await ReturnedClient.create(['a'], { answers: ['refused'] });
    client.log(A);
    client.log(A);
    await client.return();
    const { write } = client.stores.sessions;
    let races = 0;
    client.stores.sessions.write = async (session, revision) => {
      const current = client.session;
      if (session.delivered > 0 && current !== undefined && races === 0) {
        races += 1;
        client.stores.items.set('client', { ...current, revision: current.revision + 1, ipAddress: 'new' });
      }
      return write(session, revision);
    };
    await client.run();
    expect(races).toBe(1);
    expect(client.session).toMatchObject({ drops: { refused: 1 }, delivered: 1, ipAddress: 'new' });
  });
});
