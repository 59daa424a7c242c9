import type { HistoryEntry } from '#history/entry';
import { eventId } from '#history/event-id';
import type { PublishedEvent } from '#history/event-schemas';
import type { Position } from '#session/position';

/** A delivery run that has brought something to a client. */
interface DeliveredRun {
  /** Different for every run. */
  readonly runId: string;
  readonly incarnation: string;
  readonly messages: number;
  readonly from: Position;
  readonly upTo: Position;
}

/** What the history and the event bus are told of a delivery run. */
export function tellDelivered(
  clientId: string,
  { runId, incarnation, messages, from, upTo }: DeliveredRun,
  atMs: number,
): { readonly entry: HistoryEntry; readonly event: PublishedEvent } {
  const run = { incarnation, messages, from, upTo };
  const id = eventId(clientId, 'messages.delivered', runId);
  const at = new Date(atMs).toISOString();
  return {
    entry: { clientId, atMs, id: runId, type: 'delivered', ...run },
    event: { detailType: 'messages.delivered', detail: { version: 1, id, clientId, at, ...run } },
  };
}
