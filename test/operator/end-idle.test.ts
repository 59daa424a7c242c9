import { describe, expect, it } from 'vitest';
import { continueOperation, type OperationDependencies, startEndIdle } from '#operator/acts/end-idle';
import { endSession } from '#operator/acts/end-session';
import type { OperatorDependencies } from '#operator/dependencies';
import { type PreviewDependencies, previewExpiry } from '#operator/look-ups/preview-expiry';
import { createSessionIndex } from '#store/sessions/session-index';
import type { Operation } from '#store/statistics/operations';
import { createOperationStore } from '#store/statistics/operations';
import { SECOND, START_MS } from '#test/edge/world/edge';
import { Killer } from '#test/edge/world/killed';
import { useTables } from '#test/store/dynamodb/started-tables';
import { Desk } from './desk.ts';

const T = START_MS;
const NOW = T + 10_000 * SECOND;
const tables = useTables();

/** Clients of one fleet, whose identifiers begin alike; each is away since then. */
async function fleet(sizes: {
  readonly away: number;
  readonly lately?: number;
  readonly connected?: number;
}) {
  const { away, lately = 0, connected = 0 } = sizes;
  const desk = new Desk(tables(), { sessionExpiryInterval: 86_400 });
  const client = tables().newClient();
  const acts: OperatorDependencies & OperationDependencies & PreviewDependencies = {
    ...desk.acts,
    index: createSessionIndex(client, tables().names.sessions),
    operations: createOperationStore(client, tables().names.statistics),
  };
  const name = (index: number) => `${desk.prefix} ${String(index).padStart(3, '0')}`;
  const all = Array.from({ length: away + lately + connected }, (_, index) => index);
  await Promise.all(
    all.map(async (index) => {
      const of = { clientId: name(index) };
      await desk.handle(desk.connected(0, T, of));
      const leftMs = index < away ? T + SECOND : NOW - SECOND;
      if (index < away + lately) await desk.handle(desk.disconnected(0, leftMs, of));
    }),
  );
  desk.nowMs = NOW;
  desk.requests.all.length = 0;
  const sessions = () => acts.sessions.getMany(all.map(name));
  return { desk, acts, sessions, clients: `${desk.prefix} *` };
}

async function run(acts: OperationDependencies, operation: Operation) {
  for (let parts = 0; parts < 50; parts += 1) {
    const step = await continueOperation(operation.operationId, acts);
    if (step !== 'goesOn') return step;
  }
  return 'endless';
}

describe('sessions of clients that have been away for long', () => {
  it('are ended in the background, part by part; others are left alone', async () => {
    const { desk, acts, sessions, clients } = await fleet({ away: 55, lately: 3, connected: 2 });
    const operation = await startEndIdle({ clients, idleSeconds: 3600 }, desk.operator, acts);
    expect(desk.requests.of('operations')).toEqual([
      { queue: 'operations', body: { operationId: operation.operationId } },
    ]);
    const { operationId } = operation;
    const { actor } = desk.operator;
    const detail = { operationId, clients, idleSeconds: 3600 };
    expect(desk.logged).toEqual([{ act: 'endIdle', actor, outcome: 'started', detail }]);
    expect(await run(acts, operation)).toBe('succeeded');
    const done = await acts.operations.operation(operation.operationId);
    expect(done).toMatchObject({
      status: 'succeeded',
      ended: 55,
      finishedAtMs: NOW,
      actor: desk.operator.actor,
    });
    expect(done?.examined).toBeGreaterThanOrEqual(58);
    const statuses = (await sessions()).map(({ status }) => status);
    expect(statuses.filter((status) => status === 'ended')).toHaveLength(55);
    expect(statuses.filter((status) => status === 'disconnected')).toHaveLength(3);
    expect(await continueOperation(operation.operationId, acts)).toBe('finishedBefore');
    expect(desk.outcomesOf('endSession')).toHaveLength(55);
  });

  it('are counted once, whatever is killed or done twice', async () => {
    for (const afterwards of [false, true]) {
      for (const call of [0, 1, 4, 12, 30]) {
        const { desk, acts, clients } = await fleet({ away: 6 });
        const operation = await startEndIdle({ clients, idleSeconds: 3600 }, desk.operator, acts);
        const killer = new Killer(call, afterwards);
        const dying = killer.threaten(acts, ['operations', 'sessions', 'broker', 'requests', 'history']);
        await continueOperation(operation.operationId, dying).catch((error: unknown) => {
          if (!killer.hasStruck) throw error;
        });
        await Promise.all([run(acts, operation), run(acts, operation)]);
        expect(await run(acts, operation)).toBe('finishedBefore');
        const done = await acts.operations.operation(operation.operationId);
        expect(done, `killed ${afterwards ? 'after' : 'at'} call ${call}`).toMatchObject({
          status: 'succeeded',
          ended: 6,
        });
      }
    }
  }, 60_000);

  it('are counted by the operation that ended them, when two go over them at once and both are killed', async () => {
    for (const [call, afterwards] of [
      [0, false],
      [5, true],
      [9, true],
      [14, false],
      [21, true],
    ] as const) {
      const { desk, acts, clients } = await fleet({ away: 12 });
      const start = () => startEndIdle({ clients, idleSeconds: 3600 }, desk.operator, acts);
      const operations = [await start(), await start()];
      const killers = operations.map(({ operationId }) => {
        const killer = new Killer(call, afterwards);
        const dying = killer.threaten(acts, ['operations', 'sessions', 'broker', 'requests', 'history']);
        return continueOperation(operationId, dying).catch((error: unknown) => {
          if (!killer.hasStruck) throw error;
        });
      });
      await Promise.all(killers);
      await Promise.all(operations.map((operation) => run(acts, operation)));
      const done = await Promise.all(
        operations.map(({ operationId }) => acts.operations.operation(operationId)),
      );
      const ended = done.map((operation) => operation?.ended ?? 0);
      expect(
        ended.reduce((sum, each) => sum + each),
        `${ended}, killed ${afterwards ? 'after' : 'at'} call ${call}`,
      ).toBe(12);
    }
  }, 60_000);

  it('are counted also where the client has come back before a part is done again', async () => {
    const { desk, acts, clients, sessions } = await fleet({ away: 1 });
    const operation = await startEndIdle({ clients, idleSeconds: 3600 }, desk.operator, acts);
    const append = async () => {
      throw new Error('no history');
    };
    const dying = { ...acts, history: { ...acts.history, append } };
    await expect(continueOperation(operation.operationId, dying)).rejects.toThrow('no history');
    const [{ clientId } = { clientId: '' }] = await sessions();
    await desk.handle(desk.connected(1, NOW + SECOND, { clientId }));
    expect(await run(acts, operation)).toBe('succeeded');
    expect(await acts.operations.operation(operation.operationId)).toMatchObject({ ended: 1 });
    expect((await sessions()).map(({ status }) => status)).toEqual(['connected']);
  });

  it('are none of the operation where an operator has ended them meanwhile', async () => {
    const { desk, acts, clients, sessions } = await fleet({ away: 2 });
    const operation = await startEndIdle({ clients, idleSeconds: 3600 }, desk.operator, acts);
    const [first] = await sessions();
    const operations = {
      ...acts.operations,
      putOperation: async (...given: Parameters<typeof acts.operations.putOperation>) => {
        const [{ part }] = given;
        if (part !== undefined) await endSession(first?.clientId ?? '', desk.operator, acts);
        return acts.operations.putOperation(...given);
      },
    };
    expect(await run({ ...acts, operations }, operation)).toBe('succeeded');
    expect(await acts.operations.operation(operation.operationId)).toMatchObject({ ended: 1 });
  });

  it('are given up when a part fails each time', async () => {
    const { desk, acts, clients } = await fleet({ away: 1 });
    const operation = await startEndIdle({ clients, idleSeconds: 3600 }, desk.operator, acts);
    const write = async () => {
      throw new Error('no table');
    };
    const failing = { ...acts, sessions: { ...acts.sessions, write } };
    for (let tries = 0; tries < 3; tries += 1)
      await expect(continueOperation(operation.operationId, failing)).rejects.toThrow('no table');
    expect(await continueOperation(operation.operationId, failing)).toBe('failed');
    expect(await acts.operations.operation(operation.operationId)).toMatchObject({
      status: 'failed',
      finishedAtMs: NOW,
    });
  });

  it('are none of an operation that is not known', async () => {
    const { acts } = await fleet({ away: 0 });
    expect(await continueOperation('never', acts)).toBe('unknown');
  });
});

describe('what another interval would end', () => {
  it('is told of a page, and changes nothing', async () => {
    const { desk, acts, sessions, clients } = await fleet({ away: 2, lately: 3, connected: 1 });
    desk.broker.grant(desk.filter('a'));
    const [one] = await sessions();
    const clientId = one?.clientId ?? '';
    const before = await sessions();
    const preview = async (sessionExpiryInterval: number) => {
      const sum = { wouldEnd: 0, messages: 0 };
      let after: string | undefined;
      do {
        const page = await previewExpiry({ clients, sessionExpiryInterval }, after, acts);
        sum.wouldEnd += page.wouldEnd;
        sum.messages += page.messages;
        after = page.nextKey;
      } while (after !== undefined);
      return sum;
    };
    expect(await preview(3600)).toEqual({ wouldEnd: 2, messages: 0 });
    expect(await preview(0)).toEqual({ wouldEnd: 5, messages: 0 });
    // The policy's maximum holds for what is asked for too.
    expect(await preview(4_294_967_295)).toEqual({ wouldEnd: 0, messages: 0 });
    expect(clientId).not.toBe('');
    expect(await sessions()).toEqual(before);
  });
});
