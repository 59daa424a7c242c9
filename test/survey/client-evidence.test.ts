import { describe, expect, it } from 'vitest';
import type { EntryDetails, HistoryEntry } from '#history/entry';
import { FOLLOW_BROKER } from '#session/configuration/policy';
import { positionAt } from '#session/position';
import { clientEvidence } from '#survey/client-evidence';
import { exampleSession } from '#test/store/sessions/example-sessions';

const START_MS = 1_795_000_000_000;
const HOUR_MS = 3_600_000;
const incarnation = '1:a';
const ruled = { edge: 'lifecycle', policy: FOLLOW_BROKER } as const;
const waiting = { messages: 7, bytes: 70, byFilter: new Map([['a/#', 5]]), isEstimate: false };

/** Entries an hour apart, oldest first. */
function history(...details: readonly EntryDetails[]): HistoryEntry[] {
  return details.map((each, index) => ({
    clientId: 'vehicle-7',
    id: String(index),
    atMs: START_MS + index * HOUR_MS,
    ...each,
  }));
}

const began = (type: 'started' | 'resumed' | 'takenOver', ipAddress?: string): EntryDetails => ({
  type,
  incarnation,
  sessionPresent: true,
  sessionExpiryInterval: 60,
  ...(ipAddress !== undefined && { ipAddress, principal: `of ${ipAddress}` }),
});
const disconnected = { type: 'disconnected', incarnation } as const;
const expired = (lostMessages?: number): EntryDetails => ({
  type: 'expired',
  incarnation,
  sessionExpiryInterval: 60,
  ...(lostMessages !== undefined && { lostMessages }),
});

const evidenceOf = (...details: readonly EntryDetails[]) =>
  clientEvidence({
    ...ruled,
    session: exampleSession('vehicle-7'),
    subscriptions: [],
    waiting,
    entries: history(...details).toReversed(),
  });

describe('the evidence on a client', () => {
  it('is what its session and its subscriptions say', () => {
    const session = exampleSession('vehicle-7', 3, {
      drops: { expired: 2 },
      lastDrops: (['expired', 'notAuthorized'] as const).map((reason) => ({
        reason,
        topic: `of ${reason}`,
        position: positionAt(START_MS),
        atMs: START_MS,
      })),
    });
    const subscription = {
      clientId: 'vehicle-7',
      incarnation,
      sessionIdentifier: 'a',
      subscribedAtMs: [START_MS, START_MS + 5],
    };
    const subscriptions = ['a/#', 'b'].map((filter) => ({ ...subscription, filter }));
    expect(clientEvidence({ ...ruled, session, subscriptions, waiting, entries: [] })).toEqual({
      clientId: 'vehicle-7',
      status: 'disconnected',
      ...ruled,
      disconnectedAtMs: session.connections.at(-1)?.disconnectedAtMs,
      sessionExpiryInterval: 86_400,
      connections: [],
      absences: [],
      subscriptions: [
        { filter: 'a/#', subscribedAtMs: START_MS, waitingMessages: 5 },
        { filter: 'b', subscribedAtMs: START_MS, waitingMessages: 0 },
      ],
      waitingMessages: 7,
      waitingBytes: 70,
      delivered: 1_234,
      drops: { expired: 2 },
      forbiddenTopics: ['of notAuthorized'],
    });
  });

  it('has no end of a connection that stands', () => {
    const session = exampleSession('vehicle-7', 1, { status: 'connected' });
    const evidence = clientEvidence({ ...ruled, session, subscriptions: [], waiting, entries: [] });
    expect(evidence.status).toBe('connected');
    expect(evidence).not.toHaveProperty('disconnectedAtMs');
  });

  it('has the connections oldest first, with where they came from', () => {
    expect(evidenceOf(began('started'), began('takenOver', '192.0.2.1')).connections).toEqual([
      { atMs: START_MS, began: 'started' },
      {
        atMs: START_MS + HOUR_MS,
        began: 'takenOver',
        ipAddress: '192.0.2.1',
        principal: 'of 192.0.2.1',
      },
    ]);
  });

  it('has the absences that a return has ended', () => {
    const { absences } = evidenceOf(
      began('started'),
      disconnected,
      began('resumed'),
      disconnected,
      expired(4),
      began('started'),
      disconnected,
      expired(),
      began('started'),
      disconnected,
    );
    const absence = (from: number, to: number) => ({
      fromMs: START_MS + from * HOUR_MS,
      toMs: START_MS + to * HOUR_MS,
    });
    expect(absences).toEqual([
      { ...absence(1, 2), hadExpired: false, lostMessages: 0 },
      { ...absence(3, 5), hadExpired: true, lostMessages: 4 },
      { ...absence(6, 8), hadExpired: true, lostMessages: 0 },
    ]);
  });

  it('takes a takeover for no absence, and what came before its history for nothing', () => {
    const { absences } = evidenceOf(expired(3), began('started'), began('takenOver'));
    expect(absences).toEqual([]);
  });
});
