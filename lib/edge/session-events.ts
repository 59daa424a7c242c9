import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { EndReason } from '#session/life';
import type { LostMessages } from './lost-messages.ts';

/** As `source` of the events on the bus. */
const EVENT_SOURCE = 'mqtt-sessions';

/** `detail` of `session.expired` and `session.ended`. */
export interface SessionEndedDetail {
  readonly version: 1;
  readonly clientId: string;
  /** With the client identifier, names this life: the same in every copy of the event. */
  readonly incarnation: string;
  readonly reason: EndReason;
  /** ISO 8601; the true time, not that of the clean-up. */
  readonly endedAt: string;
  readonly sessionExpiryInterval: number;
  readonly lost?: LostMessages;
}

/** Tells the event bus that a session has ended. Events may come twice. */
export async function publishSessionEnd(
  client: EventBridgeClient,
  busName: string,
  detail: SessionEndedDetail,
): Promise<void> {
  const answer = await client.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: busName,
          Source: EVENT_SOURCE,
          DetailType: detail.reason === 'expired' ? 'session.expired' : 'session.ended',
          Detail: JSON.stringify(detail),
        },
      ],
    }),
  );
  const failed = answer.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
  if (failed !== undefined)
    throw new Error(`The event bus refused an event: ${failed.ErrorCode} ${failed.ErrorMessage ?? ''}`);
}
