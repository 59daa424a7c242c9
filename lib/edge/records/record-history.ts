import { isNothing } from '#history/counter-changes';
import type { RecordedChanges } from '#history/counts';
import { deriveHistory, type Happened, type SessionWrite } from '#history/derive';
import type { PublishedEvent } from '#history/event-schemas';
import type { SessionConfiguration } from '#session/configuration/session-configuration';
import { rulesOf } from '#session/session-edge';
import type { HistoryStore } from '#store/history/history';
import type { CountsStore } from '#store/statistics/counts';
import type { TakeoverStore } from '#store/statistics/takeovers';

export interface RecordHistoryDependencies {
  readonly history: Pick<HistoryStore, 'apply'>;
  readonly statistics: Pick<CountsStore & TakeoverStore, 'add' | 'noteTakeovers'>;
  readonly publish: (events: readonly PublishedEvent[]) => Promise<void>;
  readonly clock: () => number;
}

/** A record of the stream of Sessions, and what it tells. */
export interface RecordedWrite {
  /** The same for every attempt at the record. */
  readonly recordId: string;
  readonly clientId: string;
  readonly happened: Happened;
}

/** What a record of the stream tells; undefined when it is of no session. */
export function readWrite(
  recordId: string,
  write: SessionWrite,
  configuration: SessionConfiguration,
): RecordedWrite | undefined {
  const session = write.after ?? write.before;
  if (session === undefined) return undefined;
  const happened = deriveHistory(write, rulesOf(session, configuration));
  return { recordId, clientId: session.clientId, happened };
}

/**
 * Records what writes of sessions tell, in their order: entries of the history, then events, then who was taken
 * over, then counts. All of it may be done again: entries and counts are then as they were, events have the same id.
 */
export async function recordHistory(
  writes: readonly RecordedWrite[],
  { history, statistics, publish, clock }: RecordHistoryDependencies,
): Promise<void> {
  await history.apply(writes.map(({ happened }) => happened));
  await publish(writes.flatMap(({ happened }) => happened.events));
  const takenOver = writes.filter(({ happened }) => (happened.counters.totals.takenOver ?? 0) > 0);
  await statistics.noteTakeovers([...new Set(takenOver.map(({ clientId }) => clientId))], clock());
  await statistics.add(
    writes
      .map(
        ({ recordId, clientId, happened }): RecordedChanges => ({
          recordId,
          clientId,
          changes: happened.counters,
        }),
      )
      .filter(({ changes }) => !isNothing(changes)),
  );
}
