import type { HistoryEntry, OperatorEntry } from '#history/entry';
import type { Session } from '#session/session';
import type { EndDependencies, Operator } from '../dependencies.ts';

/** Names of acts in the history. */
export type ActName =
  | 'changeInterval'
  | 'disconnect'
  | 'dropWaiting'
  | 'endSession'
  | 'provision'
  | 'redriveDeadLetter'
  | 'resume'
  | 'subscribe'
  | 'unsubscribe';

/** Enters an act in the history of the client. One that is done again is another entry, with its own outcome. */
export async function record(
  act: ActName,
  session: Pick<Session, 'clientId' | 'incarnation'>,
  detail: NonNullable<OperatorEntry['detail']>,
  { actor }: Operator,
  { history, clock, newId }: Pick<EndDependencies, 'history' | 'clock' | 'newId'>,
): Promise<void> {
  const { clientId, incarnation } = session;
  const entry: HistoryEntry = {
    clientId,
    incarnation,
    atMs: clock(),
    id: newId(),
    type: 'operator',
    act,
    actor,
    detail,
  };
  await history.append([entry]);
}
