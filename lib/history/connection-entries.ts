import type { Session } from '#session/session';
import { newestConnection } from '#session/session';
import type { StoryChange } from './compare-stories.ts';
import type { Began, ConnectionStory, LifeEnd } from './connection-story.ts';
import type { EntryChanges, HistoryEntry } from './entry.ts';

type Source = Pick<Session, 'ipAddress' | 'principal'>;

/** Address and principal are known of the newest connection alone; of another one, from when it was that. */
export function sourceOf(
  { connection }: ConnectionStory,
  sessions: readonly (Session | undefined)[],
): Source {
  const session = sessions.find(
    (each) => each !== undefined && newestConnection(each).sessionIdentifier === connection.sessionIdentifier,
  );
  const { ipAddress, principal } = session ?? {};
  return { ...(ipAddress !== undefined && { ipAddress }), ...(principal !== undefined && { principal }) };
}

function beganEntry(clientId: string, id: string, { atMs, ...began }: Began, source: Source): HistoryEntry {
  return { clientId, atMs, id, ...began, ...source };
}

function lifeEndEntry(clientId: string, id: string, { atMs, ...end }: LifeEnd): HistoryEntry {
  const { incarnation, reason, sessionExpiryInterval, byNext } = end;
  const name = { clientId, atMs, id };
  if (reason === 'expired') return { ...name, type: 'expired', incarnation, sessionExpiryInterval };
  return { ...name, type: 'ended', incarnation, reason, ...(byNext && { byNext }) };
}

function entriesOf(clientId: string, story: ConnectionStory, source: Source): readonly HistoryEntry[] {
  const { connection, began, over, brought, lifeEnd } = story;
  const id = connection.sessionIdentifier;
  return [
    ...(began === undefined ? [] : [beganEntry(clientId, id, began, source)]),
    ...(over === undefined ? [] : [{ clientId, id, type: 'disconnected' as const, ...over }]),
    ...(brought === undefined ? [] : [{ clientId, id, type: 'delivered' as const, ...brought }]),
    ...(lifeEnd === undefined ? [] : [lifeEndEntry(clientId, id, lifeEnd)]),
  ];
}

/** What an entry says, without what was known by chance when it was written. */
function meaningOf(entry: HistoryEntry): string {
  const { atMs, id, type, incarnation } = entry;
  const said =
    type === 'expired'
      ? entry.sessionExpiryInterval
      : 'sessionPresent' in entry
        ? entry.sessionPresent
        : 'reason' in entry && entry.reason;
  const messages = type === 'delivered' ? entry.messages : undefined;
  return JSON.stringify([atMs, id, type, incarnation, said, 'byNext' in entry, messages]);
}

/** The entries that a change of what is known of a connection brings and takes back. */
export function connectionEntries(
  clientId: string,
  { before, after }: StoryChange,
  sessions: readonly (Session | undefined)[],
): EntryChanges {
  const source = sourceOf(after, sessions);
  const written = before === undefined ? [] : entriesOf(clientId, before, source);
  const wanted = entriesOf(clientId, after, source);
  const isIn = (list: readonly HistoryEntry[]) => {
    const meanings = new Set(list.map(meaningOf));
    return (entry: HistoryEntry) => meanings.has(meaningOf(entry));
  };
  const isWritten = isIn(written);
  const isWanted = isIn(wanted);
  return {
    entries: wanted.filter((entry) => !isWritten(entry)),
    retracted: written.filter((entry) => !isWanted(entry)),
  };
}
