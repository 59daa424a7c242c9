import { afterEach, describe, expect, it } from 'vitest';
import {
  isTemporary,
  StoreContendedError,
  StoreError,
  StoreItemError,
  StoreRefusedError,
  translateError,
} from '#store/errors';
import { tableNamesFrom } from '#store/names';
import { getAll } from '#store/requests/get-all';
import { untilUncontended } from '#store/requests/request';
import { createRouteStore } from '#store/routes/routes';
import { createSessionStore, fromItem } from '#store/sessions/sessions';
import { clientOf, localClient, refusing, saying, stopTold } from './dynamodb/told-dynamodb.ts';

afterEach(stopTold);

describe('errors of DynamoDB', () => {
  it.each([
    [400, 'ProvisionedThroughputExceededException', 'store.throttled', true],
    [400, 'ThrottlingException', 'store.throttled', true],
    [500, 'InternalServerError', 'store.unavailable', true],
    [503, 'ServiceUnavailable', 'store.unavailable', true],
    [400, 'ValidationException', 'store.refused', false],
    [400, 'ResourceNotFoundException', 'store.refused', false],
    [400, 'AccessDeniedException', 'store.refused', false],
    [400, 'TransactionConflictException', 'store.contended', true],
  ])('%i %s is %s', async (status, type, code, temporary) => {
    const client = await clientOf(refusing(status, type), { maxAttempts: 1 });
    const error = await createSessionStore(client, 'sessions')
      .get('a client')
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code, message: expect.stringContaining('the session of a client') });
    expect(error.message).toContain(type);
    expect(isTemporary(error)).toBe(temporary);
  });

  it('tries again by itself before it gives up', async () => {
    let requests = 0;
    const client = await clientOf((request, response) => {
      requests += 1;
      const listener = requests < 3 ? refusing(400, 'ThrottlingException') : saying(200, {});
      listener(request, response);
    });
    expect(await createSessionStore(client, 'sessions').get('a')).toBeUndefined();
    expect(requests).toBe(3);
  });

  it('says when nobody answers at all', async () => {
    const client = localClient(1, { maxAttempts: 1 });
    const get = createSessionStore(client, 'sessions').get('a');
    await expect(get).rejects.toMatchObject({ code: 'store.unavailable', name: 'StoreUnavailableError' });
  });

  it('says when the answer takes too long', async () => {
    const requestHandler = { requestTimeout: 50, throwOnRequestTimeout: true };
    const client = await clientOf(() => undefined, { maxAttempts: 1, requestHandler });
    const get = createSessionStore(client, 'sessions').get('a');
    await expect(get).rejects.toMatchObject({ code: 'store.unavailable' });
  });

  it('leaves its own errors as they are', () => {
    const error = new StoreItemError('x');
    expect(translateError(error, 'do it')).toBe(error);
    expect(translateError(undefined, 'do it')).toBeInstanceOf(StoreRefusedError);
  });
});

describe('a batch that DynamoDB is too busy for', () => {
  const keys = [{ kind: 'filter', value: 'a' }];
  const unprocessed = {
    Responses: { routes: [] },
    UnprocessedKeys: { routes: { Keys: [{ kind: { S: 'filter' }, value: { S: 'a' } }] } },
  };

  it('is asked for again', async () => {
    const found = { kind: { S: 'filter' }, value: { S: 'a' }, retainSeconds: { N: '1' }, shards: { N: '1' } };
    let requests = 0;
    const client = await clientOf((request, response) => {
      requests += 1;
      const body = requests < 3 ? unprocessed : { Responses: { routes: [found] }, UnprocessedKeys: {} };
      saying(200, body)(request, response);
    });
    const routes = await createRouteStore(client, 'routes', { clock: Date.now }).find(['a']);
    expect(routes).toEqual([{ filter: 'a', retainSeconds: 1, shards: 1 }]);
    expect(requests).toBe(3);
  });

  it('is asked for until it stays busy, however often it was busy in between', async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => ({ kind: 'filter', value: `${index}` }));
    let busy = 0;
    let requests = 0;
    const client = await clientOf((request, response) => {
      requests += 1;
      busy += requests % 2;
      const body = requests % 2 === 1 ? unprocessed : { Responses: { routes: [] }, UnprocessedKeys: {} };
      saying(200, body)(request, response);
    });
    expect(await getAll(client, 'routes', 'find routes', many)).toEqual([]);
    expect(busy).toBeGreaterThanOrEqual(6);
  });

  it('is given up after a while', async () => {
    const client = await clientOf(saying(200, unprocessed));
    await expect(getAll(client, 'routes', 'find routes', keys)).rejects.toMatchObject({
      code: 'store.throttled',
    });
  });
});

describe('items and environments that are not ours', () => {
  it('refuses an item that is no session', () => {
    expect(() => fromItem({ clientId: 'a', something: 1 })).toThrow(
      /has clientId and connections.*something/,
    );
  });

  it('names every variable that is missing', () => {
    const environment = { SESSIONS_TABLE: 'one', ROUTES_TABLE: '' };
    expect(() => tableNamesFrom(environment, ['sessions', 'subscriptions', 'routes'])).toThrow(
      /SUBSCRIPTIONS_TABLE, ROUTES_TABLE.*set each/,
    );
    expect(tableNamesFrom(environment, ['sessions'])).toEqual({ sessions: 'one' });
  });

  it('gives up when others always come first', async () => {
    const attempt = async () => undefined;
    await expect(untilUncontended('win', attempt)).rejects.toBeInstanceOf(StoreContendedError);
  });
});
