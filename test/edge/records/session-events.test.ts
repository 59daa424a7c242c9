import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { publishEvents } from '#edge/records/session-events';
import type { PublishedEvent } from '#history/event-schemas';

const client = new EventBridgeClient({ region: 'us-east-1' });
const bus = mockClient(client);
beforeEach(() => bus.reset());

const eventOf = (clientId: string): PublishedEvent => ({
  detailType: 'session.ended',
  detail: {
    version: 1,
    id: `id of ${clientId}`,
    clientId,
    incarnation: '1:session',
    reason: 'cleanStart',
    endedAt: '2026-01-01T00:00:00.000Z',
    sessionExpiryInterval: 60,
  },
});

const sent = () =>
  bus
    .commandCalls(PutEventsCommand)
    .map(({ args }) => (args[0].input.Entries ?? []).map(({ Detail = '' }) => JSON.parse(Detail).clientId));

// PutEvents can answer 200 and still refuse an entry, which no local bus does.
const REFUSED = { ErrorCode: 'InternalFailure', ErrorMessage: 'try again' };

describe('events for the bus', () => {
  it('go ten at a time, as PutEvents takes them', async () => {
    bus.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [] });
    const clientIds = Array.from({ length: 23 }, (_, index) => `client ${index}`);
    await publishEvents(client, 'bus', clientIds.map(eventOf));
    expect(sent().map(({ length }) => length)).toEqual([10, 10, 3]);
    expect(sent().flat()).toEqual(clientIds);
    expect(bus.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries?.[0]).toMatchObject({
      EventBusName: 'bus',
      Source: 'mqtt-sessions',
      DetailType: 'session.ended',
    });
  });

  it('that the bus refuses are tried again, and those alone', async () => {
    bus
      .on(PutEventsCommand)
      .resolvesOnce({ FailedEntryCount: 1, Entries: [{ EventId: '1' }, REFUSED, { EventId: '3' }] })
      .resolves({ FailedEntryCount: 0, Entries: [{ EventId: '2' }] });
    await publishEvents(client, 'bus', ['a', 'b', 'c'].map(eventOf));
    expect(sent()).toEqual([['a', 'b', 'c'], ['b']]);
  });

  it('that the bus keeps refusing fail, so that the record comes again', async () => {
    bus.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries: [REFUSED] });
    await expect(publishEvents(client, 'bus', [eventOf('a')])).rejects.toThrow(
      'The event bus refused an event: InternalFailure try again',
    );
  });
});
