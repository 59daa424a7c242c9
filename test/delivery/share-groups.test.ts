import { describe, expect, it } from 'vitest';
import { positionAt } from '#session/position';
import { ReturnedClient } from './returned-client.ts';

const FILTER = '$share/group/jobs';
const JOB = { topic: 'jobs', filters: ['jobs'] } as const;

/** A member that was the last of its group to go, and has come back. */
async function lastMember(options: Parameters<typeof ReturnedClient.create>[1] = {}) {
  const client = await ReturnedClient.create([FILTER, 'own'], options);
  client.stores.leaveGroup(FILTER, positionAt(client.time.nowMs));
  return client;
}

describe('what waits for a share group', () => {
  it('goes to the first member that is there to take it, and to no other', async () => {
    const client = await lastMember();
    const ids = [client.log(JOB), client.log(JOB)];
    await client.return();
    await client.run();
    expect(client.received).toEqual(ids);
    await client.run();
    expect(client.received).toHaveLength(2);
  });

  it('is left alone while another member delivers it', async () => {
    const client = await lastMember();
    client.log(JOB);
    await client.return();
    await client.stores.shareGroups.takeLease(
      FILTER,
      'another',
      client.time.nowMs,
      client.time.nowMs + 30_000,
    );
    await client.run();
    expect(client.received).toEqual([]);
  });

  it('is held for as long as it takes to deliver, however long that is', async () => {
    const client = await lastMember({ settings: { deliveriesPerSecond: 5 } });
    for (let count = 0; count < 300; count += 1) client.log(JOB);
    await client.return();
    const startMs = client.time.nowMs;
    let isTaken = false;
    for (const afterMs of [35_000, 45_000, 55_000]) {
      client.time.at(startMs + afterMs, () => {
        const { nowMs } = client.time;
        void client.stores.shareGroups.takeLease(FILTER, 'another', nowMs, nowMs + 1_000).then((lease) => {
          isTaken ||= lease.taken;
        });
      });
    }
    await client.run();
    expect(client.received).toHaveLength(300);
    expect(isTaken).toBe(false);
  });

  it('is settled once the broker shares out again: nothing of that time comes a second time', async () => {
    const client = await lastMember();
    const waiting = client.log(JOB);
    await client.return([FILTER, 'own']);
    await client.time.run(client.time.nowMs + 10_000);
    expect(await client.run()).toMatchObject({ outcome: 'complete' });
    expect(client.received).toEqual([waiting]);
    expect(client.stores.groups.get(FILTER)).toEqual({});
  });

  it('does not make a client get its own messages twice when it stops', async () => {
    const client = await lastMember({
      answers: [undefined, ...Array.from({ length: 5 }, () => 'throttled' as const)],
    });
    const own = client.log({ topic: 'own', filters: ['own'] });
    const job = client.log(JOB);
    await client.return();
    expect(await client.run()).toMatchObject({ reason: 'throttled', delivered: 1 });
    await client.run();
    expect(client.received).toEqual([own, job]);
  });
});
