import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LOG_START, positionAt, positionOf } from '#session/position';
import type { Session } from '#session/session';
import type { SessionStore } from '#store/sessions/sessions';
import { exampleConnection, exampleSession } from '#test/store/sessions/example-sessions';

const full = (clientId: string): Session => {
  const session = exampleSession(clientId, 5);
  return {
    ...session,
    connections: [
      ...session.connections.slice(1),
      { sessionIdentifier: 'not a UUID', seenAtMs: 5, goneAtMs: 9, disconnectReason: 'NEW_REASON' },
      {
        sessionIdentifier: 'caught up',
        seenAtMs: 8,
        connectedAtMs: 8,
        goneAtMs: 7,
        disconnectedAtMs: 8,
        caughtUpFrom: positionAt(7),
        progress: { incarnation: '1:another', from: LOG_START, at: LOG_START },
      },
      {
        sessionIdentifier: 'never caught up',
        seenAtMs: 9,
        progress: { incarnation: session.incarnation, from: positionAt(3), at: positionOf(3, 'x') },
      },
      {
        sessionIdentifier: '=',
        seenAtMs: 7,
        connectedAtMs: 6,
        brokerResumed: false,
        delivered: { incarnation: '1:another', messages: 2 },
      },
      {
        sessionIdentifier: 'provisioned-1',
        versionNumber: -1,
        seenAtMs: 10,
        connectedAtMs: 10,
        isProvisioned: true,
        endedByOperatorAtMs: 12,
        endedByOperation: 'an operation',
        isSubscribedByOperator: true,
        givenUpBefore: positionAt(11),
        delivered: { incarnation: session.incarnation, messages: 1 },
      },
    ],
    before: {
      incarnation: '1:another',
      startedAtMs: 3,
      connection: exampleConnection(9, { goneAtMs: 99 }),
      delivered: { incarnation: '1:another', messages: 80_000 },
      sessionPresent: false,
      sessionExpiryInterval: 0,
      owedFrom: LOG_START,
      caughtUp: false,
      previousEnd: 'takenOver',
      intervalSetAtMs: 4,
      resumedAtBroker: true,
    },
    declarations: [
      { atMs: 5 },
      { atMs: 6, cleanStart: false },
      { atMs: 7, sessionExpiryInterval: 0 },
      { atMs: 8, cleanStart: true, sessionExpiryInterval: 0xffffffff },
      { atMs: 9, sessionIdentifier: '=', cleanStart: true },
      { atMs: 10, sessionIdentifier: '=', sessionExpiryInterval: 0 },
      { atMs: 9, sessionIdentifier: 'forgotten', sessionExpiryInterval: 60 },
      { atMs: 11, sessionIdentifier: 'forgotten', sessionExpiryInterval: 60, byOperator: true },
      { atMs: 12, sessionExpiryInterval: 60, byOperator: true },
    ],
    owedFrom: positionAt(77),
    progress: {
      incarnation: '1:another',
      from: LOG_START,
      at: positionOf(8, 'x'),
      beyondLive: true,
      skip: { from: positionAt(7), upTo: positionOf(9, 'y') },
    },
    lease: { holder: 'one', untilMs: 5, deliveredBefore: 1_234_567 },
    endedIncarnation: '1:another',
    endReason: 'cleanStart',
    rehome: true,
    will: { connection: 'not a UUID', delaySeconds: 0, position: LOG_START },
    dueWills: [
      {
        connection: 'a4666d2a-0000-4000-8000-000000000007',
        delaySeconds: 0xffffffff,
        position: positionOf(9, 'z'),
        atMs: 9,
      },
      { connection: '=', delaySeconds: 1, position: positionAt(7), atMs: 1_795_000_000_000 },
    ],
    owesDelivery: true,
    carrier: 'https://sqs.eu-west-1.amazonaws.com/123456789012/signals',
    drops: { expired: 3, overflowBytes: 1 },
    lastDrops: [{ reason: 'expired', topic: 'a/b', position: positionOf(9, 'z'), atMs: 9 }],
  };
};

/** What every store of sessions does. */
export function sessionStoreContract(storeOf: () => SessionStore): void {
  describe('session store', () => {
    it('has no session of a client that it has not seen', async () => {
      expect(await storeOf().get(randomUUID())).toBeUndefined();
    });

    it.each([
      ['a typical one', (clientId: string) => exampleSession(clientId)],
      ['one with everything', full],
      [
        'one with no more than it must have',
        (clientId: string): Session => {
          const {
            ipAddress: _,
            principal: __,
            endsAtMs: ___,
            progress: ____,
            ...least
          } = exampleSession(clientId);
          return {
            ...least,
            connections: [{ sessionIdentifier: 's', seenAtMs: 1 }],
            cursor: LOG_START,
            delivered: 0,
          };
        },
      ],
    ])('gives a session back as it was written: %s', async (_, sessionOf) => {
      const session = sessionOf(`client/ü ${randomUUID()}`);
      expect(await storeOf().write(session, undefined)).toEqual({ written: true });
      expect(await storeOf().get(session.clientId)).toStrictEqual(session);
    });

    it('gives many sessions back at once, of those clients that have one', async () => {
      const prefix = randomUUID();
      const sessions = Array.from({ length: 105 }, (_, index) => exampleSession(`${prefix} ${index}`, 1));
      await Promise.all(sessions.map((session) => storeOf().write(session, undefined)));
      const clientIds = sessions.map(({ clientId }) => clientId);
      const found = await storeOf().getMany([...clientIds, `${prefix} none`, ...clientIds]);
      const inOrder = (all: Session[]) => new Map(all.map((session) => [session.clientId, session]));
      expect(found).toHaveLength(105);
      expect(inOrder(found)).toStrictEqual(inOrder(sessions));
      expect(await storeOf().getMany([])).toEqual([]);
    });

    it('gives ended and expired sessions back: the caller decides what exists', async () => {
      const session = exampleSession(randomUUID(), 1, { status: 'ended', endsAtMs: 5_000 });
      await storeOf().write(session, undefined);
      expect(await storeOf().get(session.clientId)).toStrictEqual(session);
    });

    it('refuses to create what exists, and says what that is', async () => {
      const session = exampleSession(randomUUID());
      await storeOf().write(session, undefined);
      const write = await storeOf().write({ ...session, delivered: 9 }, undefined);
      expect(write).toStrictEqual({ written: false, current: session });
    });

    it('refuses to replace another revision than the expected one, and says what is there', async () => {
      const first = exampleSession(randomUUID());
      const second = { ...first, revision: 2, delivered: 2 };
      await storeOf().write(first, undefined);
      expect(await storeOf().write(second, 1)).toEqual({ written: true });
      expect(await storeOf().write({ ...second, delivered: 3 }, 1)).toStrictEqual({
        written: false,
        current: second,
      });
      expect(await storeOf().get(first.clientId)).toStrictEqual(second);
    });

    it('refuses to replace what has been removed', async () => {
      expect(await storeOf().write(exampleSession(randomUUID()), 4)).toEqual({ written: false });
    });

    it('loses no write of many at once', async () => {
      const clientId = randomUUID();
      await storeOf().write(exampleSession(clientId, 1, { delivered: 0 }), undefined);
      const countOne = async () => {
        let known = await storeOf().get(clientId);
        for (;;) {
          if (known === undefined) throw new Error('the session has gone');
          const next = { ...known, revision: known.revision + 1, delivered: known.delivered + 1 };
          const write = await storeOf().write(next, known.revision);
          if (write.written) return;
          known = write.current;
        }
      };
      await Promise.all(Array.from({ length: 20 }, countOne));
      expect(await storeOf().get(clientId)).toMatchObject({ delivered: 20, revision: 21 });
    });
  });
}
