import { describe, expect, it } from 'vitest';
import type { IotCore } from '#local/iot/iot-core';
import { eventually } from '#test/local/eventually';
import { connect, startIotCore } from './start.ts';

const DEAD_LETTERS = 'http://queues/dead-letters';
const errorAction = { sqs: { queueUrl: DEAD_LETTERS } } as const;

function putRule(core: IotCore, ruleName: string, sql: string): void {
  core.putRule({ ruleName, sql, actions: [{ lambda: { functionArn: `arn:${ruleName}` } }], errorAction });
}

describe('rules', () => {
  it('get the messages of their topics, as the stack asks for them', async () => {
    const { core, invocations } = await startIotCore();
    putRule(
      core,
      'messages',
      `SELECT encode(*, 'base64') AS payload, topic() AS topic, clientid() AS publisher, timestamp() AS receivedAt,
       newuuid() AS messageId, get_mqtt_property('content_type') AS contentType,
       get_user_properties() AS userProperties, abs(1) AS qos FROM 'devices/+/commands/#'`,
    );
    const { client } = await connect(core, { clientId: 'sender' });

    await client.publishAsync('devices/7/commands/go', Buffer.from([0, 255]), {
      qos: 1,
      properties: { contentType: 'x', userProperties: { k: 'v' } },
    });
    await client.publishAsync('devices/7/commands', 'the parent level', { qos: 1 });
    await client.publishAsync('other', 'x', { qos: 1 });

    expect(invocations).toEqual([
      {
        functionArn: 'arn:messages',
        payload: {
          payload: 'AP8=',
          topic: 'devices/7/commands/go',
          publisher: 'sender',
          receivedAt: expect.any(Number),
          messageId: expect.any(String),
          contentType: 'x',
          userProperties: { k: ['v'] },
          qos: 1,
        },
      },
    ]);
  });

  it('on # see no topic that begins with $', async () => {
    const { core, invocations } = await startIotCore();
    putRule(core, 'all', "SELECT topic() AS topic FROM '#'");

    const { client } = await connect(core);
    await client.publishAsync('a', 'x', { qos: 1 });

    expect(invocations.map(({ payload }) => payload)).toEqual([{ topic: 'a' }]);
  });

  it('see a rising timestamp for the messages of one connection', async () => {
    const { core, invocations } = await startIotCore({ clock: () => 1_700_000_000_000 });
    putRule(core, 'times', "SELECT timestamp() AS at FROM 'a'");
    const { client } = await connect(core);

    await Promise.all(Array.from({ length: 20 }, () => client.publishAsync('a', 'x', { qos: 1 })));

    const times = invocations.map(({ payload }) => Number(payload['at']));
    expect(new Set(times).size).toBe(20);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('are reached alone by Basic Ingest, which nobody else sees', async () => {
    const { core, invocations, observed } = await startIotCore();
    putRule(core, 'declared', "SELECT topic() AS topic, clientid() AS client, 'declared' AS eventType");
    putRule(core, 'all', "SELECT topic() AS topic FROM '#'");
    const { client, received } = await connect(core, { clientId: 'device' });
    await client.subscribeAsync('#', { qos: 1 });

    await client.publishAsync('$aws/rules/declared/a/b/c/d/e/f/g/h', '{}', { qos: 1 });
    await client.publishAsync('$aws/rules/declared', '{}', { qos: 1 });
    await client.publishAsync('$aws/rules/missing/x', '{}', { qos: 1 });
    await client.publishAsync('last', 'x', { qos: 1 });

    await eventually(() => expect(received).toHaveLength(1));
    expect(invocations.map(({ functionArn, payload }) => [functionArn, payload['topic']])).toEqual([
      ['arn:declared', 'a/b/c/d/e/f/g/h'],
      ['arn:declared', ''],
      ['arn:all', 'last'],
    ]);
    expect(observed).toContainEqual(expect.objectContaining({ kind: 'refused', clientId: 'device' }));
  });

  it('that cannot be evaluated leave no trace but a note: an error action is for actions', async () => {
    const { core, invocations, queued, observed } = await startIotCore();
    putRule(core, 'literal', "SELECT encode(*, 'base64') AS data, 1 AS one FROM 'a'");
    const { client } = await connect(core, { clientId: 'sender' });

    await client.publishAsync('a', 'not JSON', { qos: 1 });
    await client.publishAsync('a', '{}', { qos: 1 });

    await eventually(() => expect(invocations).toHaveLength(1));
    expect(queued).toEqual([]);
    expect(observed).toContainEqual(expect.objectContaining({ kind: 'ruleFailed', ruleName: 'literal' }));
  });

  it('hand to their error action what is not JSON', async () => {
    const { core, invocations, queued } = await startIotCore();
    putRule(core, 'json', "SELECT * FROM 'a'");
    const { client } = await connect(core, { clientId: 'sender' });

    await client.publishAsync('a', '{"broken', { qos: 1 });
    await client.publishAsync('a', '{"good":1}', { qos: 1 });

    await eventually(() => expect(queued).toHaveLength(1));
    expect(queued[0]?.queueUrl).toBe(DEAD_LETTERS);
    expect(JSON.parse(queued[0]?.body ?? '')).toEqual({
      ruleName: 'json',
      topic: 'a',
      cloudwatchTraceId: expect.any(String),
      clientId: 'sender',
      base64OriginalPayload: Buffer.from('{"broken').toString('base64'),
      failures: [
        {
          failedAction: 'LambdaAction',
          failedResource: 'arn:json',
          errorMessage: expect.stringContaining('not JSON'),
        },
      ],
    });
    expect(invocations.map(({ payload }) => payload)).toEqual([{ good: 1 }]);
  });

  it('hand to their error action what a function does not take', async () => {
    const { core, queued, observed } = await startIotCore({
      invokeFunction: async () => {
        throw new Error('throttled');
      },
    });
    putRule(core, 'failing', "SELECT * FROM 'a'");
    const { client } = await connect(core);

    await client.publishAsync('a', '{}', { qos: 1 });

    await eventually(() =>
      expect(JSON.parse(queued[0]?.body ?? '{}')).toMatchObject({
        failures: [{ errorMessage: 'throttled' }],
      }),
    );
    expect(observed).toContainEqual(expect.objectContaining({ kind: 'ruleFailed', reason: 'throttled' }));
  });

  it('tell of an error action that fails itself', async () => {
    const { core, observed } = await startIotCore({
      sendToQueue: async () => {
        throw new Error('no queue');
      },
    });
    putRule(core, 'failing', "SELECT * FROM 'a'");
    const { client } = await connect(core);

    await client.publishAsync('a', 'not JSON', { qos: 1 });

    await eventually(() => {
      expect(observed).toContainEqual(expect.objectContaining({ reason: 'error action: no queue' }));
    });
  });

  it('send to queues, as text or as base64', async () => {
    const { core, queued } = await startIotCore();
    core.putRule({
      ruleName: 'queues',
      sql: "SELECT * FROM 'a'",
      actions: [{ sqs: { queueUrl: 'text' } }, { sqs: { queueUrl: 'base64', useBase64: true } }],
    });
    const { client } = await connect(core);

    await client.publishAsync('a', '{"x":1}', { qos: 1 });

    await eventually(() => {
      expect(queued).toEqual([
        { queueUrl: 'text', body: '{"x":1}' },
        { queueUrl: 'base64', body: Buffer.from('{"x":1}').toString('base64') },
      ]);
    });
  });

  it('hand on the very same event when an invocation is doubled', async () => {
    const { core, invocations } = await startIotCore({ disturb: { duplicateEvent: () => true } });
    putRule(core, 'twice', "SELECT newuuid() AS id FROM 'a'");
    const { client } = await connect(core);

    await client.publishAsync('a', '{}', { qos: 1 });

    await eventually(() => expect(invocations).toHaveLength(2));
    expect(invocations[0]).toEqual(invocations[1]);
  });

  it('are replaced by a rule of the same name', async () => {
    const { core, invocations } = await startIotCore();
    putRule(core, 'rule', "SELECT 1 AS version FROM 'a'");
    putRule(core, 'rule', "SELECT 2 AS version FROM 'a'");
    const { client } = await connect(core);

    await client.publishAsync('a', '{}', { qos: 1 });

    expect(invocations.map(({ payload }) => payload)).toEqual([{ version: 2 }]);
  });

  it('with SQL that is not known are refused', async () => {
    const { core } = await startIotCore();

    expect(() => putRule(core, 'wrong', "SELECT get_thing_shadow() AS x FROM 'a'")).toThrow(
      'get_thing_shadow',
    );
    expect(() => putRule(core, 'wrong', "SELECT * FROM 'a#'")).toThrow('wildcard');
  });
});
