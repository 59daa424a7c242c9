import { deriveHistory } from '#history/derive';
import type { LifeRules } from '#session/life/life';
import type { HistoryStore } from '#store/history/history';
import type { SessionStore } from '#store/sessions/sessions';

/** Sessions whose writes are told to the history, as the stream of their table does. */
export function recorded(
  sessions: SessionStore,
  history: Pick<HistoryStore, 'append'>,
  rules: LifeRules,
  clock: () => number,
): SessionStore {
  return {
    ...sessions,
    async write(after, expectedRevision) {
      const before = await sessions.get(after.clientId);
      const write = await sessions.write(after, expectedRevision);
      const told = { before, after, removedByTimeToLive: false, recordedAtMs: clock() };
      // Nothing that was told is taken back where events come in their order.
      if (write.written) await history.append(deriveHistory(told, rules).entries);
      return write;
    },
  };
}
