import {
  GetConnectionCommand,
  GetRetainedMessageCommand,
  GetThingShadowCommand,
  ListRetainedMessagesCommand,
  PublishCommand,
} from '@aws-sdk/client-iot-data-plane';
import { describe, expect, it } from 'vitest';
import { eventually } from '#test/local/eventually';
import { connect, dataPlaneClient, startIotCore } from './start.ts';

describe('Publish', () => {
  it('reaches subscribers and rules, with all properties', async () => {
    const { core, invocations } = await startIotCore();
    core.putRule({
      ruleName: 'rule',
      sql: "SELECT topic() AS topic, clientid() AS client, traceid() AS trace FROM '#'",
      actions: [{ lambda: { functionArn: 'arn' } }],
    });
    const iot = await dataPlaneClient(core);
    const { client, received } = await connect(core);
    await client.subscribeAsync('a/#', { qos: 1 });

    await iot.send(
      new PublishCommand({
        topic: 'a/b c/ü',
        qos: 1,
        payload: Buffer.from([0, 255]),
        contentType: 'x/y',
        responseTopic: 'r/t',
        correlationData: 'AQI=',
        messageExpiry: 60,
        payloadFormatIndicator: 'UTF8_DATA',
        userProperties: JSON.stringify([{ k: '1' }, { k: '2' }, { other: 'ü' }, { constructor: 'c' }]),
      }),
    );

    await eventually(() => expect(received).toHaveLength(1));
    expect(received[0]).toMatchObject({
      topic: 'a/b c/ü',
      packet: {
        qos: 1,
        payload: Buffer.from([0, 255]),
        properties: {
          contentType: 'x/y',
          responseTopic: 'r/t',
          correlationData: Buffer.from([1, 2]),
          messageExpiryInterval: 60,
          payloadFormatIndicator: true,
          userProperties: { k: ['1', '2'], other: 'ü', constructor: 'c' },
        },
      },
    });
    expect(invocations.map(({ payload }) => payload)).toEqual([{ topic: 'a/b c/ü', client: 'n/a' }]);
  });

  it('reaches the rule of a Basic Ingest topic', async () => {
    const { core, invocations } = await startIotCore();
    core.putRule({
      ruleName: 'in',
      sql: 'SELECT topic() AS t',
      actions: [{ lambda: { functionArn: 'arn' } }],
    });
    const iot = await dataPlaneClient(core);

    await iot.send(new PublishCommand({ topic: '$aws/rules/in/x/y' }));

    expect(invocations.map(({ payload }) => payload)).toEqual([{ t: 'x/y' }]);
  });

  it.each([
    ['a wildcard', { topic: 'a/#' }, 'InvalidRequestException'],
    ['a reserved topic', { topic: '$aws/events/x' }, 'InvalidRequestException'],
    ['QoS 2', { topic: 'a', qos: 2 }, 'InvalidRequestException'],
    ['too much payload', { topic: 'a', payload: Buffer.alloc(131_073) }, 'RequestEntityTooLargeException'],
    [
      'user properties that are no list',
      { topic: 'a', userProperties: '{"a":"b"}' },
      'InvalidRequestException',
    ],
  ])('refuses %s', async (_, input, name) => {
    const { core } = await startIotCore();
    const iot = await dataPlaneClient(core);

    await expect(iot.send(new PublishCommand(input))).rejects.toMatchObject({ name });
  });
});

describe('retained messages', () => {
  it('are read one by one and listed', async () => {
    const { core } = await startIotCore();
    const iot = await dataPlaneClient(core);
    for (const topic of ['a/1', 'a/2', 'a/3']) {
      await iot.send(
        new PublishCommand({
          topic,
          qos: 1,
          retain: true,
          payload: Buffer.from(topic),
          userProperties: JSON.stringify([{ k: 'v' }]),
        }),
      );
    }

    const one = await iot.send(new GetRetainedMessageCommand({ topic: 'a/1' }));
    const first = await iot.send(new ListRetainedMessagesCommand({ maxResults: 2 }));
    const rest = await iot.send(new ListRetainedMessagesCommand({ nextToken: first.nextToken }));

    expect(one).toMatchObject({ topic: 'a/1', qos: 1, lastModifiedTime: expect.any(Number) });
    expect(Buffer.from(one.payload ?? []).toString()).toBe('a/1');
    expect(Buffer.from(one.userProperties ?? []).toString()).toBe('[{"k":"v"}]');
    expect(first.retainedTopics).toMatchObject([{ topic: 'a/1', payloadSize: 3, qos: 1 }, { topic: 'a/2' }]);
    expect(rest.retainedTopics).toMatchObject([{ topic: 'a/3' }]);
    expect(rest.nextToken).toBeUndefined();
  });

  it('of other topics are not found', async () => {
    const { core } = await startIotCore();
    const iot = await dataPlaneClient(core);

    await expect(iot.send(new GetRetainedMessageCommand({ topic: 'x' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('requests', () => {
  it('that are not for the data plane are left to others', async () => {
    const { core } = await startIotCore();
    const iot = await dataPlaneClient(core);

    await expect(iot.send(new GetThingShadowCommand({ thingName: 'x' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 418 },
    });
  });

  it('with the wrong method or a broken label are refused', async () => {
    const { core } = await startIotCore();
    const { endpoint } = (await dataPlaneClient(core)).config;
    const { hostname, port } = (await endpoint?.()) ?? { hostname: '', port: 0 };
    const statusOf = async (path: string, method: string) =>
      (await fetch(`http://${hostname}:${port}${path}`, { method })).status;

    expect(await statusOf('/connections/a', 'POST')).toBe(405);
    expect(await statusOf('/connections/%zz', 'GET')).toBe(400);
  });

  it('fail when told to, for the client that it names', async () => {
    const { core } = await startIotCore({
      disturb: {
        failRequest: (operation, clientId) =>
          operation === 'GetConnection' && clientId === 'd/1'
            ? { status: 429, errorType: 'ThrottlingException', message: 'Rate exceeded' }
            : undefined,
      },
    });
    const iot = await dataPlaneClient(core);

    await expect(iot.send(new GetConnectionCommand({ clientId: 'd/1' }))).rejects.toMatchObject({
      name: 'ThrottlingException',
      message: 'Rate exceeded',
    });
    await expect(iot.send(new GetConnectionCommand({ clientId: 'd/2' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
