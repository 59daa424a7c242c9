import { describe, expect, it } from 'vitest';
import { RefusedEventError } from '#edge/errors';
import { parseDeclaration, parseLifecycleEvent } from '#edge/lifecycle/lifecycle-event';
import {
  parseDeliveryRequest,
  parseLookUpRequest,
  parseMemberEnd,
  parseRouteCheck,
  parseWillRequest,
} from '#edge/queue-requests';

const connected = {
  clientId: 'a',
  timestamp: 1_573_002_230_757,
  eventType: 'connected',
  sessionIdentifier: '00000000-0000-0000-0000-000000000000',
  principalIdentifier: '000000000000/ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  ipAddress: '192.0.2.0',
  versionNumber: 0,
};
const disconnected = { ...connected, eventType: 'disconnected', clientInitiatedDisconnect: true };
const subscribed = { ...connected, eventType: 'subscribed', topics: ['a/#'] };

describe('lifecycle events', () => {
  it.each([connected, disconnected, subscribed, { ...subscribed, eventType: 'unsubscribed' }])(
    'reads what AWS IoT Core documents: $eventType',
    (event) => {
      expect(parseLifecycleEvent(event)).toMatchObject({ clientId: 'a', eventType: event.eventType });
    },
  );

  it('lets pass fields that it does not know', () => {
    expect(parseLifecycleEvent({ ...connected, thingName: 'lamp' })).toMatchObject({ clientId: 'a' });
  });

  it.each([`${'a'.repeat(128)}`, 'with spaces / and slashes', '🦊'.repeat(32), '$weird#+'])(
    'takes the client identifier %s as it is',
    (clientId) => {
      expect(parseLifecycleEvent({ ...connected, clientId }).clientId).toBe(clientId);
    },
  );

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'connected'],
    ['a list', [connected]],
    ['no event type', { ...connected, eventType: undefined }],
    ['an unknown event type', { ...connected, eventType: 'exploded' }],
    ['no client identifier', { ...connected, clientId: undefined }],
    ['an empty client identifier', { ...connected, clientId: '' }],
    ['a client identifier of 129 characters', { ...connected, clientId: 'a'.repeat(129) }],
    ['a time in words', { ...connected, timestamp: 'now' }],
    ['a time before 1970', { ...connected, timestamp: -1 }],
    ['a time that no clock has', { ...connected, timestamp: 1e300 }],
    ['no session identifier', { ...connected, sessionIdentifier: undefined }],
    ['no version number', { ...connected, versionNumber: undefined }],
    ['half a version number', { ...connected, versionNumber: 0.5 }],
    ['no topics', { ...subscribed, topics: undefined }],
    ['an empty list of topics', { ...subscribed, topics: [] }],
    ['a topic that is a number', { ...subscribed, topics: [7] }],
  ])('refuses %s and says what is allowed', (_, event) => {
    expect(() => parseLifecycleEvent(event)).toThrow(RefusedEventError);
    expect(() => parseLifecycleEvent(event)).toThrow('Allowed: eventType connected, disconnected');
  });

  it('names the field that is wrong, what came and what is allowed', () => {
    expect(() => parseLifecycleEvent({ ...connected, versionNumber: 'x' })).toThrow(
      'versionNumber: "x" came; allowed: a whole number from 0',
    );
    expect(() => parseLifecycleEvent({ ...connected, clientId: '' })).toThrow(
      'clientId: "" came; allowed: a client identifier of 1 to 128 characters',
    );
    const data = Buffer.from('{"sessionExpiry":5,"cleanStart":1}').toString('base64');
    expect(() => parseDeclaration(data)).toThrow('cleanStart: 1 came; allowed: true or false');
    expect(() => parseDeclaration(data)).toThrow('the declaration: unknown "sessionExpiry" came');
  });
});

describe('requests from queues', () => {
  it.each<[string, (body: unknown) => unknown]>([
    ['delivery', parseDeliveryRequest],
    ['look-up', parseLookUpRequest],
    ['route check', parseRouteCheck],
    ['will', parseWillRequest],
    ['member end', parseMemberEnd],
  ])('refuses a %s that is none', (_, parse) => {
    for (const body of [undefined, null, 'x', {}, { clientId: '' }, { filter: 'a', step: 'jump' }]) {
      expect(() => parse(body)).toThrow(RefusedEventError);
    }
  });

  it('refuses a will of a removed session that does not say when it was due', () => {
    const will = { kind: 'will', clientId: 'a', connectionId: 'c', removed: { position: 'p' } };
    expect(() => parseWillRequest(will)).toThrow('removed.atMs');
  });

  it('refuses keys that no table takes', () => {
    const long = 'z'.repeat(3000);
    expect(() => parseDeliveryRequest({ clientId: long })).toThrow(RefusedEventError);
    expect(() => parseLookUpRequest({ kind: 'lookUp', clientId: long, attempt: 1 })).toThrow(
      RefusedEventError,
    );
    expect(() => parseRouteCheck({ filter: long, step: 'mark' })).toThrow(RefusedEventError);
    expect(() => parseWillRequest({ kind: 'will', clientId: long, connectionId: 'c' })).toThrow(
      'a client identifier of 1 to 1000 bytes',
    );
  });

  it('reads requests as they are sent', () => {
    expect(parseDeliveryRequest({ clientId: 'a' })).toMatchObject({ clientId: 'a', attempt: 0 });
    expect(parseLookUpRequest({ kind: 'lookUp', clientId: 'a', attempt: 2 })).toMatchObject({ attempt: 2 });
    expect(parseLookUpRequest({ kind: 'event', event: connected, attempt: 1 })).toMatchObject({
      event: connected,
    });
    expect(parseRouteCheck({ filter: 'a', step: 'mark' })).toEqual({ filter: 'a', step: 'mark' });
    // Of the packet edge, where more is allowed than AWS IoT Core takes.
    const deep = { filter: 'a/'.repeat(400), step: 'confirm' };
    expect(parseRouteCheck(deep)).toEqual(deep);
    const will = { kind: 'will', clientId: 'a'.repeat(500), connectionId: 'c' };
    expect(parseWillRequest(will)).toEqual(will);
    const end = { kind: 'memberEnded', clientId: 'c', incarnation: 'i' };
    expect(parseMemberEnd(end)).toEqual(end);
    const removed = { ...will, removed: { position: 'p', atMs: 5 } };
    expect(parseWillRequest(removed)).toEqual(removed);
  });
});
