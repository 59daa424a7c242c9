import { setTimeout as sleep } from 'node:timers/promises';
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { PublishedEvent } from '#history/event-schemas';

/** As `source` of the events on the bus. */
const EVENT_SOURCE = 'mqtt-sessions';

/** As many as one PutEvents takes. */
const MAXIMUM_EVENTS = 10;
const MAXIMUM_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 50;

function entryOf({ detailType, detail }: PublishedEvent, busName: string) {
  return {
    EventBusName: busName,
    Source: EVENT_SOURCE,
    DetailType: detailType,
    Detail: JSON.stringify(detail),
  };
}

/** Those that the bus refused, with its reason. */
async function publishOnce(client: EventBridgeClient, busName: string, events: readonly PublishedEvent[]) {
  const Entries = events.map((event) => entryOf(event, busName));
  const answer = await client.send(new PutEventsCommand({ Entries }));
  return events.flatMap((event, index) => {
    const { ErrorCode, ErrorMessage } = answer.Entries?.[index] ?? {};
    return ErrorCode === undefined ? [] : [{ event, reason: `${ErrorCode} ${ErrorMessage ?? ''}` }];
  });
}

/**
 * Tells the event bus what happened to sessions. PutEvents can take some events and refuse others: those are tried
 * again. Events may come twice, with the same id.
 *
 * @throws Error when the bus does not take them
 */
export async function publishEvents(
  client: EventBridgeClient,
  busName: string,
  events: readonly PublishedEvent[],
): Promise<void> {
  for (let start = 0; start < events.length; start += MAXIMUM_EVENTS) {
    let open = events.slice(start, start + MAXIMUM_EVENTS);
    for (let attempt = 1; open.length > 0; attempt += 1) {
      const refused = await publishOnce(client, busName, open);
      const [first] = refused;
      if (first === undefined) break;
      if (attempt === MAXIMUM_ATTEMPTS) throw new Error(`The event bus refused an event: ${first.reason}`);
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
      open = refused.map(({ event }) => event);
    }
  }
}
