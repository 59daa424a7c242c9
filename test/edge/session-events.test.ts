import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, it } from 'vitest';
import { publishSessionEnd } from '#edge/session-events';

const DETAIL = {
  version: 1,
  clientId: 'client',
  incarnation: '1:session',
  reason: 'expired',
  endedAt: '2026-01-01T00:00:00.000Z',
  sessionExpiryInterval: 60,
} as const;

// PutEvents can answer 200 and still refuse an entry, which no local bus does.
it('fails when the event bus takes the request and refuses the event, so that the record comes again', async () => {
  const client = new EventBridgeClient({ region: 'us-east-1' });
  mockClient(client)
    .on(PutEventsCommand)
    .resolves({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'try again' }],
    });
  await expect(publishSessionEnd(client, 'bus', DETAIL)).rejects.toThrow(
    'The event bus refused an event: InternalFailure try again',
  );
});
