import type { RequestListener } from 'node:http';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { startFlow } from '#session/flow/flow';
import { positionAt } from '#session/position';
import { toItem } from '#store/inflight/flow-item';
import { createFlowStore } from '#store/inflight/flows';
import { createAcceptance } from '#store/transactions/acceptance';
import { createSessionStarts } from '#store/transactions/session-starts';
import { createSessionSubscriptions } from '#store/transactions/session-subscriptions';
import { clientOf, refusing, saying, stopTold } from '../dynamodb/told-dynamodb.ts';
import { exampleSession } from '../sessions/example-sessions.ts';

afterEach(stopTold);

const NOW_MS = 1_795_000_000_000;
const flow = startFlow('a client', '1:a', 'c1', positionAt(NOW_MS));
const message = {
  messageId: 'm',
  topic: 'a',
  payload: new Uint8Array(),
  qos: 2,
  receivedAtMs: NOW_MS,
} as const;
const append = { filter: '#', shards: 1, retainSeconds: 60, message };

interface Asked {
  readonly operation: string;
  readonly body: { readonly ClientRequestToken?: string; readonly TransactItems?: readonly unknown[] };
}

/** Answers one after the other, the last one again and again; says what it was asked. */
function answering(...answers: RequestListener[]) {
  const asked: Asked[] = [];
  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const operation = String(request.headers['x-amz-target']).replace(/.*\./, '');
    asked.push({ operation, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) });
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    answer?.(request, response);
  };
  return { asked, listener };
}

/** A transaction that was cancelled for these reasons, one for each of its items. */
const cancelled = (...reasons: readonly (string | { Code: string; Item: object })[]) =>
  refusing(400, 'TransactionCanceledException', {
    CancellationReasons: reasons.map((reason) => (typeof reason === 'string' ? { Code: reason } : reason)),
  });
const done = saying(200, {});

async function accept(listener: RequestListener, clock = () => NOW_MS) {
  const client = await clientOf(listener, { maxAttempts: 2 });
  const acceptance = createAcceptance(
    client,
    { messages: 'messages', inflight: 'inflight' },
    { settleSeconds: 4, clock },
  );
  return acceptance.accept({ appends: [append], flow, expectedRevision: 4 });
}

it('logs what one transaction does not take for some filters at a time: each write holds all of the message', async () => {
  const client = await clientOf(done);
  let underWay = 0;
  let most = 0;
  const send = async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise(setImmediate);
    underWay -= 1;
    return {};
  };
  const acceptance = createAcceptance(
    Object.assign(client, { send }),
    { messages: 'm', inflight: 'i' },
    { settleSeconds: 4, clock: () => NOW_MS },
  );
  const appends = Array.from({ length: 1_000 }, (_, index) => ({ ...append, filter: `${index}` }));
  expect(await acceptance.accept({ appends, flow, expectedRevision: 4 })).toMatchObject({
    written: true,
    appendedAtMs: NOW_MS,
  });
  expect(most).toBeLessThanOrEqual(16);
});

describe('a transaction that DynamoDB cancels', () => {
  it.each([
    ['the flow', ['TransactionConflict', 'None']],
    ['the message', ['None', 'TransactionConflict']],
    ['both', ['TransactionConflict', 'TransactionConflict']],
  ])('is made again while others are at %s', async (_, reasons) => {
    const { asked, listener } = answering(cancelled(...reasons), cancelled(...reasons), done);
    expect(await accept(listener)).toMatchObject({ written: true, flow: { revision: 5 } });
    expect(asked.map(({ operation }) => operation)).toEqual(Array(3).fill('TransactWriteItems'));
    expect(new Set(asked.map(({ body }) => JSON.stringify(body.TransactItems))).size).toBe(1);
    // The same token would let DynamoDB answer for the one before.
    expect(new Set(asked.map(({ body }) => body.ClientRequestToken)).size).toBe(3);
  });

  it('says what is there when another write came first', async () => {
    const current = { ...flow, revision: 5, inbound: [9] };
    const reason = { Code: 'ConditionalCheckFailed', Item: marshall(toItem(current)) };
    expect(await accept(cancelled(reason, 'None'))).toStrictEqual({ written: false, current });
    stopTold();
    expect(await accept(cancelled('ConditionalCheckFailed', 'None'))).toStrictEqual({ written: false });
  });

  it.each([
    ['store.throttled', ['None', 'ThrottlingError']],
    ['store.throttled', ['TransactionConflict', 'ProvisionedThroughputExceeded']],
    ['store.refused', ['None', 'ValidationError']],
    ['store.refused', ['TransactionConflict', 'ItemCollectionSizeLimitExceeded']],
    ['store.refused', []],
  ])('is %s for %j', async (code, reasons) => {
    const error = accept(cancelled(...reasons));
    await expect(error).rejects.toMatchObject({ code, message: expect.stringContaining('a client') });
  });

  it('is no other transaction when the client tries it again by itself', async () => {
    const { asked, listener } = answering(refusing(500, 'InternalServerError'), done);
    expect(await accept(listener)).toMatchObject({ written: true });
    expect(asked).toHaveLength(2);
    expect(asked[0]?.body.ClientRequestToken).toMatch(/^.{36}$/);
    expect(asked[0]?.body.ClientRequestToken).toBe(asked[1]?.body.ClientRequestToken);
  });

  it('logs the message once more when others held it up for too long', async () => {
    const times = [NOW_MS, NOW_MS + 3_600];
    const { asked, listener } = answering(cancelled('TransactionConflict', 'None'), done);
    await accept(listener, () => times.shift() ?? NOW_MS + 3_600);
    // The message, a straggler by now, lies in two parts of the log.
    expect(asked.map(({ operation }) => operation)).toEqual([
      'TransactWriteItems',
      'TransactWriteItems',
      'PutItem',
      'PutItem',
    ]);
  });
});

it('a flow that is part of a transaction which is under way is written after it', async () => {
  const { asked, listener } = answering(refusing(400, 'TransactionConflictException'), done);
  const store = createFlowStore(await clientOf(listener), 'inflight');
  expect(await store.write(flow, 4)).toMatchObject({ written: true, flow: { revision: 5 } });
  expect(asked.map(({ operation }) => operation)).toEqual(['PutItem', 'PutItem']);
});

const session = exampleSession('a client');
const change = {
  clientId: 'a client',
  filter: 'a',
  incarnation: session.incarnation,
  sessionIdentifier: 's',
  kind: 'subscribed',
  atMs: NOW_MS,
} as const;

describe('a session that begins with subscriptions', () => {
  const none = saying(200, { Items: [], Count: 0 });

  async function start(listener: RequestListener) {
    const starts = createSessionStarts(
      await clientOf(listener),
      { sessions: 'sessions', subscriptions: 'subscriptions' },
      { clock: () => NOW_MS },
    );
    return starts.start(session, 4, [change]);
  }

  it.each([
    ['was written by another', ['None', 'ConditionalCheckFailed']],
    ['is being written by another', ['None', 'TransactionConflict']],
  ])('is written from what is there then when a subscription %s', async (_, reasons) => {
    const { asked, listener } = answering(none, cancelled(...reasons), none, done);
    expect(await start(listener)).toEqual({ outcome: 'started' });
    const both = ['Query', 'TransactWriteItems'];
    expect(asked.map(({ operation }) => operation)).toEqual([...both, ...both]);
  });

  it('is left to who has written the session first', async () => {
    const { asked, listener } = answering(
      none,
      cancelled('ConditionalCheckFailed', 'ConditionalCheckFailed'),
    );
    expect(await start(listener)).toEqual({ outcome: 'overtaken' });
    expect(asked).toHaveLength(2);
  });
});

describe('a subscription that another than the device changes', () => {
  const none = saying(200, {});

  async function apply(listener: RequestListener) {
    const tables = { sessions: 'sessions', subscriptions: 'subscriptions' };
    const store = createSessionSubscriptions(await clientOf(listener), tables, { clock: () => NOW_MS });
    return store.apply(session, 'a', () => change);
  }

  it.each([
    ['was changed by another', ['None', 'ConditionalCheckFailed']],
    ['is part of a session that is being written', ['TransactionConflict', 'None']],
  ])('is decided anew when it %s', async (_, reasons) => {
    const { asked, listener } = answering(none, cancelled(...reasons), none, done);
    expect(await apply(listener)).toMatchObject({ outcome: 'changed', subscription: { filter: 'a' } });
    const both = ['GetItem', 'TransactWriteItems'];
    expect(asked.map(({ operation }) => operation)).toEqual([...both, ...both]);
  });

  it('stays as it is when the session has become another', async () => {
    const { asked, listener } = answering(none, cancelled('ConditionalCheckFailed', 'None'));
    expect(await apply(listener)).toEqual({ outcome: 'overtaken' });
    expect(asked).toHaveLength(2);
  });
});
