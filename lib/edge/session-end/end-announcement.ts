import type { HistoryEntry } from '#history/entry';
import { eventId } from '#history/event-id';
import type { PublishedEvent } from '#history/event-schemas';
import { newestConnection } from '#session/session';
import type { EndedSession } from './ended-session.ts';
import type { LostMessages } from './lost-messages.ts';

/** What the event bus is told of the end of a life. */
export function endEvent(
  { session, reason, endedAtMs }: EndedSession,
  lost: LostMessages | undefined,
): PublishedEvent {
  const { clientId, incarnation, sessionExpiryInterval } = session;
  const detail = {
    version: 1 as const,
    id: eventId(clientId, incarnation, reason, endedAtMs),
    clientId,
    incarnation,
    endedAt: new Date(endedAtMs).toISOString(),
    sessionExpiryInterval,
  };
  if (reason !== 'expired') return { detailType: 'session.ended', detail: { ...detail, reason } };
  const told = lost === undefined ? {} : { lost: { ...lost, topics: [...lost.topics] } };
  return { detailType: 'session.expired', detail: { ...detail, reason, ...told } };
}

/** What the history is told beside the end itself: what was lost with it. */
export function lostEntry({ session, endedAtMs }: EndedSession, { messages }: LostMessages): HistoryEntry {
  const { clientId, incarnation, sessionExpiryInterval } = session;
  return {
    clientId,
    atMs: endedAtMs,
    id: newestConnection(session).sessionIdentifier,
    type: 'expired',
    incarnation,
    sessionExpiryInterval,
    lostMessages: messages,
  };
}
