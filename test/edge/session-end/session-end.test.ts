import { describe, expect, it } from 'vitest';
import type { EndedSession } from '#edge/session-end/ended-session';
import { cleanUp, type SessionEndDependencies } from '#edge/session-end/session-end';
import type { EventDetails } from '#history/event-schemas';
import { positionAt } from '#session/position';
import type { Session } from '#session/session';
import { createHistoryStore } from '#store/history/history';
import { createFlowStore } from '#store/inflight/flows';
import { useTables } from '../../store/dynamodb/started-tables.ts';
import { Edge, SECOND, START_MS } from '../world/edge.ts';

const T = START_MS;
const tables = useTables();

/** An edge whose ended sessions are announced to a list. */
function newEnd(policy: ConstructorParameters<typeof Edge>[1] = {}) {
  const edge = new Edge(tables(), policy);
  const announced: EventDetails['session.expired' | 'session.ended'][] = [];
  const publish: SessionEndDependencies['publish'] = async (events) => {
    for (const { detailType, detail } of events) {
      if (detailType === 'session.expired' || detailType === 'session.ended') announced.push(detail);
    }
  };
  const history = createHistoryStore(tables().newClient(), tables().names.history, {
    retentionSeconds: 3600,
  });
  const dependencies: SessionEndDependencies = {
    ...edge.dependencies,
    flows: createFlowStore(tables().newClient(), tables().names.inflight),
    messages: edge.messages,
    history,
    publish,
  };
  return { edge, announced, history, dependencies };
}

function endedWith(
  session: Session,
  reason: EndedSession['reason'],
  endedAtMs: number,
  announce: boolean,
): EndedSession {
  return { session, reason, endedAtMs, announce, isRemoved: false };
}

/** A session with two filters and a share group whose connection is lost a minute later. */
async function endedSession(edge: Edge): Promise<Session> {
  edge.broker.grant(edge.filter('a/+'), edge.filter('a/1'), edge.shared('jobs'));
  await edge.handle(edge.connected(0, T));
  await edge.handle(edge.subscribed(0, T, edge.filter('a/+'), edge.filter('a/1'), edge.shared('jobs')));
  await edge.handle(edge.disconnected(0, T + 60 * SECOND));
  edge.requests.all.length = 0;
  return edge.session();
}

async function publish(edge: Edge, rest: string, atMs: number, payload: string, ...filters: string[]) {
  edge.nowMs = atMs;
  const topic = edge.filter(rest);
  const message = { messageId: `${rest} ${payload} ${atMs}`, topic, payload: Buffer.from(payload) };
  for (const filter of filters) {
    const append = { filter, shards: 1, retainSeconds: 3600 };
    await edge.messages.append({ ...append, message: { ...message, qos: 1, receivedAtMs: atMs } });
  }
}

describe('the end of a session', () => {
  it('removes the subscriptions of a gateway several at a time, and asks for their routes', async () => {
    const { edge, dependencies } = newEnd({ sessionExpiryInterval: 0 });
    const session = await endedSession(edge);
    let underWay = 0;
    let most = 0;
    const subscriptions: typeof dependencies.subscriptions = {
      ...dependencies.subscriptions,
      async remove(subscription) {
        underWay += 1;
        most = Math.max(most, underWay);
        const removed = await dependencies.subscriptions.remove(subscription);
        underWay -= 1;
        return removed;
      },
    };
    await cleanUp(endedWith(session, 'disconnected', T, false), { ...dependencies, subscriptions });
    expect(most).toBeGreaterThan(1);
    expect(await edge.dependencies.subscriptions.list(session.clientId)).toEqual([]);
    const checked = edge.requests.of('routeChecks').map(({ body }) => body);
    expect(checked).toHaveLength(3);
  });

  it('is announced with its true time and what was lost, each message once', async () => {
    const { edge, announced, history, dependencies } = newEnd();
    const session = await endedSession(edge);
    await publish(edge, 'a/1', T + 10 * SECOND, 'delivered by the broker', edge.filter('a/1'));
    await publish(edge, 'a/1', T + 100 * SECOND, '12345', edge.filter('a/+'), edge.filter('a/1'));
    await publish(edge, 'a/2', T + 200 * SECOND, '123', edge.filter('a/+'));
    const endsAtMs = session.endsAtMs ?? 0;
    await publish(edge, 'a/2', endsAtMs + SECOND, 'after the end', edge.filter('a/+'));
    await cleanUp(endedWith(session, 'expired', endsAtMs, true), dependencies);
    const topics = [edge.filter('a/1'), edge.filter('a/2')];
    const bytes = topics.join('').length + 8;
    expect(announced).toEqual([
      {
        version: 1,
        id: expect.stringMatching(/^[\w-]{22}$/),
        clientId: edge.clientId,
        incarnation: session.incarnation,
        reason: 'expired',
        endedAt: new Date(T + 3660 * SECOND).toISOString(),
        sessionExpiryInterval: 3600,
        lost: { messages: 2, bytes, topics, atLeast: false },
      },
    ]);
    const { entries } = await history.list(edge.clientId, { limit: 10 });
    expect(entries).toMatchObject([{ type: 'expired', atMs: T + 3660 * SECOND, lostMessages: 2 }]);
  });

  it.each([
    ['nothing while the broker still holds it', 7200, {}, false, 0],
    ["what the broker's own session does not outlive", 3600, {}, false, 1],
    ['what was owed before, and is not the broker to deliver', 7200, {}, true, 1],
    ['nothing of a broker that delivers alone', 7200, { delivery: 'broker' as const }, true, 0],
  ])('tells as lost %s', async (_, sessionExpiry, policy, isBehind, lost) => {
    const { edge, announced, dependencies } = newEnd(policy);
    const value = { connected: true, cleanSession: false, sessionExpiry, keepAliveSeconds: 60 };
    edge.broker.grant(edge.filter('a'));
    if (isBehind) {
      await edge.handle(edge.connected(0, T - 1000 * SECOND));
      await edge.handle(edge.subscribed(0, T - 999 * SECOND, edge.filter('a')));
      await edge.handle(edge.disconnected(0, T - 500 * SECOND));
    }
    edge.broker.connectionAnswer = { outcome: 'found', value };
    await edge.handle(edge.connected(1, T));
    await edge.handle(edge.subscribed(1, T, edge.filter('a')));
    await edge.handle(edge.disconnected(1, T + 60 * SECOND));
    const session = await edge.session();
    await publish(edge, 'a', T + 100 * SECOND, 'waits', edge.filter('a'));
    await cleanUp(endedWith(session, 'expired', session.endsAtMs ?? 0, true), dependencies);
    expect(announced).toMatchObject([{ lost: { messages: lost } }]);
  });

  it.each([
    [true, 0],
    [false, 1],
  ])(
    'tells as lost what was appended late unless it has given way in its own place: %s',
    async (hasGivenWay, lost) => {
      const { edge, announced, dependencies } = newEnd();
      const session = await endedSession(edge);
      const receivedAtMs = T + 100 * SECOND;
      const filter = edge.filter('a/+');
      edge.nowMs = T + 200 * SECOND;
      const message = { messageId: 'late', topic: edge.filter('a/2'), payload: Buffer.from('1') };
      const append = { filter, shards: 1, retainSeconds: 3600 };
      await edge.messages.append({ ...append, message: { ...message, qos: 1, receivedAtMs } });
      const skip = { from: positionAt(receivedAtMs - SECOND), upTo: positionAt(receivedAtMs + SECOND) };
      const { incarnation, owedFrom: from, cursor: at } = session;
      const progress = { incarnation, from, at, ...(hasGivenWay && { skip }) };
      const ended = endedWith({ ...session, progress }, 'expired', session.endsAtMs ?? 0, true);
      await cleanUp(ended, dependencies);
      expect(announced).toMatchObject([{ lost: { messages: lost } }]);
    },
  );

  it('is announced with the same id however often, and with another one in another life', async () => {
    const { edge, announced, dependencies } = newEnd();
    const session = await endedSession(edge);
    const next = { ...session, incarnation: 'another' };
    for (const each of [session, session, next]) {
      await cleanUp(endedWith(each, 'cleanStart', T, true), dependencies);
    }
    const ids = announced.map(({ id }) => id);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('removes the subscriptions, asks for each route whether it is needed, and leaves the share group', async () => {
    const { edge, dependencies } = newEnd({ sessionExpiryInterval: 0 });
    const session = await endedSession(edge);
    expect(await cleanUp(endedWith(session, 'disconnected', T, false), dependencies)).toEqual({ removed: 3 });
    expect(await edge.dependencies.subscriptions.list(edge.clientId)).toEqual([]);
    const checked = edge.requests.of('routeChecks').map(({ body }) => body);
    expect(checked).toHaveLength(3);
    expect(checked).toContainEqual({ filter: edge.filter('jobs'), step: 'mark' });
    expect((await edge.dependencies.shareGroups.get(edge.shared('jobs')))?.online.size).toBe(0);
    expect(await cleanUp(endedWith(session, 'disconnected', T, false), dependencies)).toEqual({ removed: 0 });
  });

  it('leaves alone what a new life of the client has subscribed to', async () => {
    const { edge, announced, dependencies } = newEnd();
    const ended = await endedSession(edge);
    const backMs = (ended.endsAtMs ?? 0) + 10 * SECOND;
    await edge.handle(edge.connected(1, backMs));
    await edge.handle(edge.subscribed(1, backMs + SECOND, edge.filter('a/1'), edge.filter('new')));
    expect(await cleanUp(endedWith(ended, 'expired', ended.endsAtMs ?? 0, true), dependencies)).toEqual({
      removed: 2,
    });
    expect((await edge.filters()).sort()).toEqual([edge.filter('a/1'), edge.filter('new')]);
    expect(announced[0]).toMatchObject({ incarnation: ended.incarnation });
  });

  it('leaves alone what the new life subscribed to on a connection long forgotten', async () => {
    const { edge, dependencies } = newEnd();
    const ended = await endedSession(edge);
    const backMs = (ended.endsAtMs ?? 0) + 10 * SECOND;
    await edge.handle(edge.connected(1, backMs));
    await edge.handle(edge.subscribed(1, backMs + SECOND, edge.filter('new')));
    for (let version = 2; version < 9; version += 1) {
      await edge.handle(edge.connected(version, backMs + version * 10 * SECOND));
    }
    expect(await cleanUp(endedWith(ended, 'expired', ended.endsAtMs ?? 0, false), dependencies)).toEqual({
      removed: 3,
    });
    expect(await edge.filters()).toEqual([edge.filter('new')]);
  });

  it('leaves alone what was subscribed on a connection of the new life under the name of the old one', async () => {
    const { edge, dependencies } = newEnd();
    const ended = await endedSession(edge);
    const atMs = (ended.endsAtMs ?? 0) + 10 * SECOND;
    await edge.handle(edge.connected(1, atMs));
    const { incarnation } = ended;
    const stray = { clientId: edge.clientId, filter: edge.filter('stray'), incarnation, atMs };
    const sessionIdentifier = `${edge.prefix}-1`;
    await edge.dependencies.subscriptions.apply({ ...stray, sessionIdentifier, kind: 'subscribed' });
    expect(await cleanUp(endedWith(ended, 'expired', ended.endsAtMs ?? 0, false), dependencies)).toEqual({
      removed: 3,
    });
    expect(await edge.filters()).toEqual([edge.filter('stray')]);
  });

  it('is not announced a second time when TTL removes what had ended before', async () => {
    const { edge, announced, dependencies } = newEnd();
    await cleanUp(endedWith(await endedSession(edge), 'expired', T, false), dependencies);
    expect(announced).toEqual([]);
  });
});
