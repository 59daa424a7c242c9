import type { Connection } from '#session/life/connection';
import { DISCONNECT_REASON } from '#session/life/disconnect-reason';
import type { Session } from '#session/session';
import type { StoryChange } from './compare-stories.ts';
import { sourceOf } from './connection-entries.ts';
import type { Began, ConnectionStory } from './connection-story.ts';
import { eventId } from './event-id.ts';
import type { PublishedEvent } from './event-schemas.ts';

const iso = (atMs: number) => new Date(atMs).toISOString();

/** What was published of it: the session that it found, and whether it took one over. */
function kindsOf(began: Began | undefined): readonly string[] {
  if (began === undefined) return [];
  const found = began.sessionPresent ? 'session.resumed' : 'session.started';
  return began.type === 'takenOver' ? ['session.takenOver', found] : [found];
}

function beganEvent(
  kind: string,
  { connection, began }: { readonly connection: Connection; readonly began: Began },
  source: ReturnType<typeof sourceOf>,
  { clientId, revision }: Session,
): PublishedEvent {
  const { incarnation, sessionPresent, sessionExpiryInterval, atMs } = began;
  const connectionId = connection.sessionIdentifier;
  const id = eventId(clientId, connectionId, kind, revision);
  const detail = { version: 1 as const, id, clientId, incarnation, at: iso(atMs), connectionId, ...source };
  if (kind === 'session.takenOver') {
    return { detailType: 'session.takenOver', detail: { ...detail, sessionPresent } };
  }
  return {
    detailType: sessionPresent ? 'session.resumed' : 'session.started',
    detail: { ...detail, sessionExpiryInterval },
  };
}

function disconnectedEvent(story: ConnectionStory, after: Session): PublishedEvent[] {
  const { connection, over, began } = story;
  // Somebody has taken it over, of whom nothing is known yet: that is told when it is.
  if (over === undefined || over.reason === DISCONNECT_REASON.takenOver) return [];
  const { incarnation, atMs, reason } = over;
  const connectionId = connection.sessionIdentifier;
  const waits =
    after.status === 'disconnected' && after.connections.at(-1)?.sessionIdentifier === connectionId;
  const { clientId, endsAtMs } = after;
  return [
    {
      detailType: 'session.disconnected',
      detail: {
        version: 1,
        id: eventId(clientId, connectionId, 'session.disconnected', after.revision),
        clientId,
        incarnation,
        at: iso(atMs),
        connectionId,
        ...(reason !== undefined && { reason }),
        sessionExpiryInterval:
          waits || began === undefined ? after.sessionExpiryInterval : began.sessionExpiryInterval,
        ...(waits && endsAtMs !== undefined && { expiresAt: iso(endsAtMs) }),
      },
    },
  ];
}

/** How many more than were published; fewer are not taken back. */
function deliveredEvent(
  known: ConnectionStory | undefined,
  { connection, brought }: ConnectionStory,
  { clientId, revision }: Session,
): PublishedEvent[] {
  const messages = (brought?.messages ?? 0) - (known?.brought?.messages ?? 0);
  if (brought === undefined || messages <= 0) return [];
  const { atMs, incarnation } = brought;
  const connectionId = connection.sessionIdentifier;
  const id = eventId(clientId, connectionId, 'messages.delivered', revision);
  return [
    {
      detailType: 'messages.delivered',
      detail: { version: 1, id, clientId, incarnation, at: iso(atMs), connectionId, messages },
    },
  ];
}

/**
 * The events of what was not published yet. What turns out to have been otherwise is published anew; that only its
 * time was another is not.
 */
export function connectionEvents(
  { before, after: story }: StoryChange,
  sessions: { readonly before: Session | undefined; readonly after: Session },
): readonly PublishedEvent[] {
  const published = kindsOf(before?.began);
  const source = sourceOf(story, [sessions.after, sessions.before]);
  const { began, connection } = story;
  const kinds = kindsOf(began).filter((kind) => !published.includes(kind));
  return [
    ...(began === undefined
      ? []
      : kinds.map((kind) => beganEvent(kind, { connection, began }, source, sessions.after))),
    ...(before?.over === undefined ? disconnectedEvent(story, sessions.after) : []),
    ...deliveredEvent(before, story, sessions.after),
  ];
}
