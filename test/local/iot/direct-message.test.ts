import { SendDirectMessageCommand, type SendDirectMessageCommandInput } from '@aws-sdk/client-iot-data-plane';
import { describe, expect, it } from 'vitest';
import type { IotCoreOptions } from '#local/iot/options';
import { eventually } from '#test/local/eventually';
import { RawClient } from './raw-client.ts';
import { connect, dataPlaneClient, startIotCore } from './start.ts';

async function startWithSender(options: Partial<IotCoreOptions> = {}) {
  const running = await startIotCore(options);
  const iot = await dataPlaneClient(running.core);
  const send = (input: Partial<SendDirectMessageCommandInput> = {}) =>
    iot.send(
      new SendDirectMessageCommand({
        clientId: 'device',
        topic: 'to/you',
        payload: Buffer.from('hello'),
        ...input,
      }),
    );
  return { ...running, send };
}

describe('direct messages', () => {
  it('need no subscription, and no rule sees them', async () => {
    const { core, send, invocations, observed } = await startWithSender();
    core.putRule({
      ruleName: 'all',
      sql: "SELECT 1 AS one FROM '#'",
      actions: [{ lambda: { functionArn: 'arn' } }],
    });
    const device = await connect(core, { clientId: 'device' });
    const other = await connect(core, { clientId: 'other' });
    await other.client.subscribeAsync('to/#');

    const unconfirmed = await send();
    const confirmed = await send({ confirmation: true });

    await eventually(() => expect(device.received).toHaveLength(2));
    expect(device.received.map(({ topic, text, packet }) => [topic, text, packet.qos])).toEqual([
      ['to/you', 'hello', 0],
      ['to/you', 'hello', 1],
    ]);
    expect(unconfirmed.traceId).toEqual(expect.any(String));
    expect(confirmed.message).toContain('acknowledged');
    expect(other.received).toEqual([]);
    expect(invocations).toEqual([]);
    expect(observed).toContainEqual({
      kind: 'directMessage',
      clientId: 'device',
      topic: 'to/you',
      bytes: 5,
      status: 200,
    });
  });

  it.each([
    [
      5,
      {
        contentType: 'x/y',
        responseTopic: 'r',
        correlationData: Buffer.from([1, 2]),
        payloadFormatIndicator: true,
        userProperties: { k: ['1', '2'] },
      },
    ],
    [4, undefined],
  ] as const)(
    'carry their properties to version %i as far as it has them',
    async (protocolVersion, properties) => {
      const { core, send } = await startWithSender();
      const { received } = await connect(core, { clientId: 'device', protocolVersion });

      await send({
        contentType: 'x/y',
        responseTopic: 'r',
        correlationData: 'AQI=',
        payloadFormatIndicator: 'UTF8_DATA',
        userProperties: JSON.stringify([{ k: '1' }, { k: '2' }]),
      });

      await eventually(() => expect(received).toHaveLength(1));
      const got = received[0]?.packet.properties;
      if (properties === undefined) expect(got).toBeUndefined();
      else expect(got).toMatchObject(properties);
    },
  );

  it('are refused for a client that is away, and say if it has a session', async () => {
    const { core, send } = await startWithSender();
    const away = await connect(core, { clientId: 'away', protocolVersion: 4, clean: false });
    await away.client.endAsync();

    await expect(send({ clientId: 'never' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'The target client ID is not connected',
    });
    await eventually(() =>
      expect(send({ clientId: 'away' })).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        message: 'The target client ID is not connected, but it has an active persistent session',
      }),
    );
  });

  it('wait for PUBACK as long as they are told to', async () => {
    const { core, send } = await startWithSender();
    const silent = await new RawClient(core, 5).connect({ clientId: 'device' });
    const startedAtMs = Date.now();

    await expect(send({ confirmation: true, timeout: 1 })).rejects.toMatchObject({
      name: 'GatewayTimeoutException',
      $metadata: { httpStatusCode: 504 },
    });

    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(990);
    expect(await silent.next('publish')).toMatchObject({ topic: 'to/you', qos: 1 });
  });

  it('end as unconfirmed when the connection is lost, and are not kept for the next one', async () => {
    const { core, send } = await startWithSender();
    const options = { clientId: 'device', clean: false, properties: { sessionExpiryInterval: 60 } };
    const silent = await new RawClient(core, 5).connect(options);
    const sent = send({ confirmation: true, timeout: 15 });
    await silent.next('publish');

    silent.send({ cmd: 'disconnect', reasonCode: 0 });

    await expect(sent).rejects.toMatchObject({ name: 'GatewayTimeoutException' });
    const returned = await new RawClient(core, 5).connect(options);
    returned.send({ cmd: 'pingreq' });
    await returned.next('pingresp');
    expect(returned.packets.map(({ cmd }) => cmd)).toEqual(['connack', 'pingresp']);
  });

  it('are limited to 100 a second for each connection', async () => {
    let nowMs = 1_700_000_000_000;
    const { core, send } = await startWithSender({ clock: () => nowMs });
    const { received } = await connect(core, { clientId: 'device' });
    for (let index = 0; index < 100; index += 1) await send();

    await expect(send()).rejects.toMatchObject({
      name: 'ThrottlingException',
      $metadata: { httpStatusCode: 429 },
    });
    nowMs += 10;
    await send({ payload: Buffer.from('later') });

    await eventually(() => expect(received.at(-1)?.text).toBe('later'));
    expect(received).toHaveLength(101);
  });

  it.each<[string, Partial<SendDirectMessageCommandInput>, string]>([
    ['a payload over 128 KB', { payload: Buffer.alloc(131_073) }, 'RequestEntityTooLargeException'],
    ['a reserved topic', { topic: '$aws/rules/x/y' }, 'InvalidRequestException'],
    ['a wildcard', { topic: 'a/+' }, 'InvalidRequestException'],
    ['a timeout over 15 s', { confirmation: true, timeout: 16 }, 'InvalidRequestException'],
    ['a timeout of 0', { confirmation: true, timeout: 0 }, 'InvalidRequestException'],
  ])('are refused with %s', async (_, input, name) => {
    const { core, send } = await startWithSender();
    await connect(core, { clientId: 'device' });

    await expect(send(input)).rejects.toMatchObject({ name });
  });

  it('carry 128 KB, unless the client accepts less', async () => {
    const { core, send } = await startWithSender();
    const big = await connect(core, { clientId: 'big' });
    await connect(core, { clientId: 'small', properties: { maximumPacketSize: 1000 } });
    const payload = Buffer.alloc(131_072, 'x');

    await send({ clientId: 'big', payload, confirmation: true });

    expect(big.received[0]?.packet.payload).toHaveLength(131_072);
    await expect(send({ clientId: 'small', payload })).rejects.toMatchObject({
      name: 'RequestEntityTooLargeException',
    });
  });
});
