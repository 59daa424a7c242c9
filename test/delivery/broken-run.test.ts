import { describe, expect, it } from 'vitest';
import { brokenRun } from '#history/broken-run';
import type { Session } from '#session/session';
import { exampleSession } from '#test/store/sessions/example-sessions';
import { ReturnedClient } from './returned-client.ts';

const A = { topic: 'a', filters: ['a'] } as const;

/** What the stream of the sessions tells of runs that have died. */
const brokenRuns = (writes: readonly Session[]) =>
  writes.flatMap((after, index) => brokenRun(writes[index - 1], after).events.map(({ detail }) => detail));

describe('a run of the pump', () => {
  it('is told of by its lease when it has died, up to what it has counted', async () => {
    const client = await ReturnedClient.create(['a'], { settings: { deliveriesPerSecond: 50 } });
    for (let count = 0; count < 250; count += 1) client.log(A);
    await client.return();
    const { write } = client.stores.sessions;
    client.stores.sessions.write = async (session, revision) => {
      if (session.delivered > 150) throw new Error('the process is gone');
      return write(session, revision);
    };
    await expect(client.run()).rejects.toThrow('the process is gone');
    client.stores.sessions.write = write;
    const counted = client.session?.delivered ?? 0;
    expect(counted).toBeGreaterThan(0);
    await client.time.run(client.time.nowMs + 30_000);
    const second = await client.run();
    expect(brokenRuns(client.stores.writes)).toMatchObject([{ messages: counted }]);
    expect(second.run?.messages).toBe(250 - counted);
    expect(client.session?.delivered).toBe(250);
  });

  it('tells what was counted, and no more, when its client is another connection meanwhile', async () => {
    const client = await ReturnedClient.create(['a'], { settings: { deliveriesPerSecond: 10 } });
    for (let count = 0; count < 150; count += 1) client.log(A);
    await client.return();
    client.time.at(client.time.nowMs + 5_000, () => client.connect([]));
    const first = await client.run();
    expect(first).toMatchObject({ outcome: 'busy' });
    const counted = client.session?.delivered ?? 0;
    expect(counted).toBeGreaterThan(0);
    expect(counted).toBeLessThan(client.received.length);
    expect(first.run?.messages).toBe(counted);
    const second = await client.run();
    expect(counted + (second.run?.messages ?? 0)).toBe(client.session?.delivered);
  });

  it('tells nothing of itself when another run has taken it for dead, and its lease', async () => {
    const client = await ReturnedClient.create(['a'], { settings: { deliveriesPerSecond: 10 } });
    for (let count = 0; count < 150; count += 1) client.log(A);
    await client.return();
    client.time.at(client.time.nowMs + 5_000, () => {
      const { session } = client;
      if (session === undefined) throw new Error('There is no session');
      const untilMs = client.time.nowMs + 20_000;
      const lease = { holder: 'another', untilMs, deliveredBefore: session.delivered };
      void client.stores.sessions.write(
        { ...session, lease, revision: session.revision + 1 },
        session.revision,
      );
    });
    const result = await client.run();
    expect(result).toMatchObject({ outcome: 'busy' });
    expect(result).not.toHaveProperty('run');
    expect(brokenRuns(client.stores.writes)).toMatchObject([{ messages: client.session?.delivered }]);
  });
});

describe('a run that was taken for dead and is not', () => {
  it('goes on no more and tells nothing, also when the other one has come to its end meanwhile', async () => {
    const client = await ReturnedClient.create(['a'], { settings: { deliveriesPerSecond: 10 } });
    for (let count = 0; count < 150; count += 1) client.log(A);
    await client.return();
    client.time.at(client.time.nowMs + 5_000, async () => {
      const { session } = client;
      if (session === undefined) throw new Error('There is no session');
      const lease = { holder: 'another', untilMs: client.time.nowMs, deliveredBefore: session.delivered };
      const { revision, delivered } = session;
      await client.stores.sessions.write({ ...session, lease, revision: revision + 1 }, revision);
      const { lease: _, ...left } = session;
      await client.stores.sessions.write(
        { ...left, delivered: delivered + 7, revision: revision + 2 },
        revision + 1,
      );
    });
    const first = await client.run();
    expect(first).toMatchObject({ outcome: 'busy' });
    expect(first).not.toHaveProperty('run');
    const counted = (client.session?.delivered ?? 0) - 7;
    expect(brokenRuns(client.stores.writes)).toMatchObject([{ messages: counted }]);
  });

  it('counts once what it wrote without being told that it had', async () => {
    const client = await ReturnedClient.create(['a']);
    for (let count = 0; count < 250; count += 1) client.log(A);
    await client.return();
    const { write } = client.stores.sessions;
    let writes = 0;
    client.stores.sessions.write = async (session, revision) => {
      const first = await write(session, revision);
      writes += 1;
      return first.written && writes % 2 === 0 ? write(session, revision) : first;
    };
    const { run } = await client.run();
    expect(run?.messages).toBe(250);
    expect(client.session).toMatchObject({ delivered: 250 });
  });
});

describe('the lease of a run', () => {
  const lease = { holder: 'a run', untilMs: 1_795_000_000_000, deliveredBefore: 1_000 };
  const before = exampleSession('vehicle-7', 1, { status: 'connected', delivered: 1_007, lease });
  const { lease: _, ...free } = before;
  const taken = { ...before, lease: { ...lease, holder: 'the next run' } };

  it.each([
    ['another run takes it', taken],
    ['it goes with the session', undefined],
  ])('tells of it when %s, the same each time', (_name, after) => {
    const told = brokenRun(before, after);
    const { clientId, incarnation } = before;
    const atMs = lease.untilMs;
    expect(told.entries).toEqual([
      { clientId, id: 'a run', type: 'delivered', atMs, incarnation, messages: 7 },
    ]);
    expect(told.events).toMatchObject([
      { detailType: 'messages.delivered', detail: { at: new Date(atMs).toISOString(), messages: 7 } },
    ]);
    expect(brokenRun(before, after)).toEqual(told);
  });

  it.each<[string, Session, Session]>([
    ['it has given it back', before, free],
    ['it holds it', before, { ...before, delivered: 1_100 }],
    ['it had counted nothing', { ...before, delivered: 1_000 }, taken],
    ['there was none', free, taken],
    ['an older version has taken it', { ...before, lease: { holder: 'a run', untilMs: 1 } }, taken],
  ])('tells nothing of it when %s', (_name, earlier, after) => {
    expect(brokenRun(earlier, after)).toEqual({ entries: [], events: [] });
  });
});
