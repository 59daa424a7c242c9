import { describe, expect, it } from 'vitest';
import { changeInterval } from '#operator/acts/change-interval';
import { disconnect } from '#operator/acts/disconnect';
import { endSession } from '#operator/acts/end-session';
import { resume } from '#operator/acts/resume';
import { exists, type Session } from '#session/session';
import { SECOND, START_MS } from '#test/edge/world/edge';
import { useTables } from '#test/store/dynamodb/started-tables';
import { Desk } from './desk.ts';

const T = START_MS;
const tables = useTables();

type State = 'connected' | 'disconnected' | 'expired' | 'ended' | 'neverExisted';

/** A client in one of the states, 100 seconds on; its interval is 60 seconds where it has expired, else an hour. */
async function deskIn(state: State): Promise<Desk> {
  const interval = state === 'expired' ? 60 : state === 'ended' ? 0 : 3600;
  const desk = new Desk(tables(), { sessionExpiryInterval: interval });
  if (state === 'neverExisted') return desk;
  desk.broker.grant(desk.filter('a'));
  await desk.handle(desk.connected(0, T));
  await desk.handle(desk.subscribed(0, T, desk.filter('a')));
  if (state !== 'connected') await desk.handle(desk.disconnected(0, T + SECOND));
  desk.nowMs = T + 100 * SECOND;
  desk.requests.all.length = 0;
  return desk;
}

const GONE: readonly State[] = ['expired', 'ended', 'neverExisted'];

describe('an interval that an operator sets', () => {
  it.each(GONE)('is for no session that is %s', async (state) => {
    const desk = await deskIn(state);
    expect(await changeInterval(desk.clientId, 60, desk.operator, desk.acts)).toEqual({
      outcome: 'notFound',
    });
    expect(desk.history).toEqual([]);
  });

  it('moves the end of a session whose client is away, once', async () => {
    const desk = await deskIn('disconnected');
    const first = await changeInterval(desk.clientId, 7200, desk.operator, desk.acts);
    const second = await changeInterval(desk.clientId, 7200, desk.operator, desk.acts);
    expect([first.outcome, second.outcome]).toEqual(['changed', 'unchanged']);
    expect(await desk.session()).toMatchObject({
      endsAtMs: T + SECOND + 7_200_000,
      sessionExpiryInterval: 7200,
    });
    expect(desk.history).toMatchObject([
      { act: 'changeInterval', ...desk.operator, detail: { outcome: 'changed', previously: 3600 } },
      { act: 'changeInterval', ...desk.operator, detail: { outcome: 'unchanged' } },
    ]);
  });

  it('is at most the policy’s maximum', async () => {
    const desk = await deskIn('disconnected');
    await changeInterval(desk.clientId, 4_294_967_295, desk.operator, desk.acts);
    expect((await desk.session()).sessionExpiryInterval).toBe(604_800);
  });

  it('of 0 ends the session of a client that is away, now', async () => {
    const desk = await deskIn('disconnected');
    await changeInterval(desk.clientId, 0, desk.operator, desk.acts);
    const session = await desk.session();
    expect(session).toMatchObject({ status: 'ended', endReason: 'operator', endsAtMs: T + 100 * SECOND });
    expect(await changeInterval(desk.clientId, 60, desk.operator, desk.acts)).toEqual({
      outcome: 'notFound',
    });
  });

  it('may be longer than messages were to be kept: the routes follow', async () => {
    const desk = await deskIn('connected');
    await changeInterval(desk.clientId, 86_400, desk.operator, desk.acts);
    const route = await desk.dependencies.routes.get(desk.filter('a'));
    expect(route?.retainSeconds).toBeGreaterThan(86_400);
  });

  it('holds for the connection and the absence after it, not for the next connection', async () => {
    const desk = await deskIn('connected');
    await changeInterval(desk.clientId, 7200, desk.operator, desk.acts);
    await desk.handle(desk.disconnected(0, T + 200 * SECOND));
    expect((await desk.session()).endsAtMs).toBe(T + 200 * SECOND + 7_200_000);
    await desk.handle(desk.connected(1, T + 5000 * SECOND));
    expect(await desk.session()).toMatchObject({ sessionPresent: true, sessionExpiryInterval: 3600 });
  });
});

describe('a session that an operator ends', () => {
  it.each(GONE)('is not there when it is %s', async (state) => {
    const desk = await deskIn(state);
    expect(await endSession(desk.clientId, desk.operator, desk.acts)).toEqual({ outcome: 'notFound' });
    expect(desk.broker.disconnected).toEqual([]);
  });

  it('ends with its connection and the broker’s own session', async () => {
    const desk = await deskIn('connected');
    const end = await endSession(desk.clientId, desk.operator, desk.acts);
    expect(end).toMatchObject({ outcome: 'ended', connection: 'closed' });
    expect(desk.broker.disconnected).toEqual([{ clientId: desk.clientId, cleanSession: true }]);
    expect(await desk.session()).toMatchObject({ status: 'ended', endReason: 'operator' });
  });

  it('stays ended when its connection ends, and does not come back', async () => {
    const desk = await deskIn('connected');
    await endSession(desk.clientId, desk.operator, desk.acts);
    const ended = await desk.session();
    await desk.handle(
      desk.disconnected(0, T + 101 * SECOND, { disconnectReason: 'API_INITIATED_DISCONNECT' }),
    );
    expect(await desk.session()).toMatchObject({ status: 'ended', endsAtMs: ended.endsAtMs ?? 0 });
    await desk.handle(desk.connected(1, T + 102 * SECOND));
    const next = await desk.session();
    expect(next).toMatchObject({ status: 'connected', sessionPresent: false });
    expect(next.incarnation).not.toBe(ended.incarnation);
  });

  it('of a client that is away ends now', async () => {
    const desk = await deskIn('disconnected');
    const end = await endSession(desk.clientId, desk.operator, desk.acts);
    expect(end).toMatchObject({ outcome: 'ended', connection: 'notConnected' });
    expect((await desk.session()).endsAtMs).toBe(T + 100 * SECOND);
    expect(exists(await desk.session(), desk.nowMs)).toBe(false);
  });

  it('is ended once: again, what may have been left undone is done', async () => {
    const desk = await deskIn('connected');
    await endSession(desk.clientId, desk.operator, desk.acts);
    const ended = await desk.session();
    desk.nowMs += 5 * SECOND;
    const again = await endSession(desk.clientId, desk.operator, desk.acts);
    expect(again).toMatchObject({ outcome: 'endedBefore', connection: 'closed' });
    expect(await desk.session()).toEqual(ended);
    expect(desk.outcomesOf('endSession')).toEqual(['ended', 'endedBefore']);
  });

  it('is spared when it is not as it was meant', async () => {
    const desk = await deskIn('connected');
    const isMeant = ({ status }: Session) => status !== 'connected';
    const end = await endSession(desk.clientId, desk.operator, desk.acts, { isMeant });
    expect(end).toEqual({ outcome: 'spared' });
    expect((await desk.session()).status).toBe('connected');
  });

  it('asks a broker again that is busy, and says so when it stays so', async () => {
    const desk = await deskIn('connected');
    desk.broker.disconnectAnswer = { outcome: 'unavailable', reason: 'throttled' };
    const end = await endSession(desk.clientId, desk.operator, desk.acts);
    expect(end).toMatchObject({ outcome: 'ended', connection: 'unavailable' });
    expect(desk.broker.disconnected).toHaveLength(4);
  });
});

describe('a connection that an operator ends', () => {
  it.each(GONE)('is not there when the session is %s', async (state) => {
    const desk = await deskIn(state);
    expect(await disconnect(desk.clientId, desk.operator, desk.acts)).toEqual({ outcome: 'notFound' });
  });

  it('is closed by the broker, which keeps its own session', async () => {
    const desk = await deskIn('connected');
    expect(await disconnect(desk.clientId, desk.operator, desk.acts)).toEqual({ outcome: 'closed' });
    expect(desk.broker.disconnected).toEqual([{ clientId: desk.clientId, cleanSession: false }]);
    expect((await desk.session()).status).toBe('connected');
  });

  it('is none where the broker knows none, whatever the session says; that is looked up', async () => {
    const desk = await deskIn('connected');
    desk.broker.connectionAnswer = { outcome: 'found', value: { connected: false } };
    expect(await disconnect(desk.clientId, desk.operator, desk.acts)).toEqual({ outcome: 'notConnected' });
    expect(desk.broker.disconnected).toEqual([]);
    expect(desk.requests.of('lookUps')).toMatchObject([
      { body: { kind: 'lookUp', clientId: desk.clientId } },
    ]);
  });

  it('is one that the session has not heard of yet', async () => {
    const desk = await deskIn('disconnected');
    expect(await disconnect(desk.clientId, desk.operator, desk.acts)).toEqual({ outcome: 'closed' });
  });

  it('may have ended between the look and the act', async () => {
    const desk = await deskIn('connected');
    desk.broker.disconnectAnswer = { outcome: 'notConnected' };
    expect(await disconnect(desk.clientId, desk.operator, desk.acts)).toEqual({ outcome: 'notConnected' });
    expect(desk.outcomesOf('disconnect')).toEqual(['notConnected']);
  });
});

describe('a delivery that an operator asks for', () => {
  it.each(GONE)('is for no session that is %s', async (state) => {
    const desk = await deskIn(state);
    expect(await resume(desk.clientId, desk.operator, desk.acts)).toEqual({ outcome: 'notFound' });
  });

  it('is for nobody who is away', async () => {
    const desk = await deskIn('disconnected');
    expect(await resume(desk.clientId, desk.operator, desk.acts)).toEqual({ outcome: 'notConnected' });
    expect(desk.requests.all).toEqual([]);
  });

  it('begins at once', async () => {
    const desk = await deskIn('connected');
    expect(await resume(desk.clientId, desk.operator, desk.acts)).toEqual({ outcome: 'requested' });
    expect(desk.requests.of('deliveries')).toMatchObject([
      { body: { clientId: desk.clientId, attempt: 0, purpose: 'catchUp' }, delaySeconds: 0 },
    ]);
  });
});
