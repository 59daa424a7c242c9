import { describe, expect, test } from 'vitest';
import { FIRST, PROPERTY, packetOf, properties, text, uint16 } from '#test/packets/fixtures/bytes';
import { unique } from '../conformance-server.ts';
import type { Version } from '../raw-client.ts';
import { server } from '../server.ts';
import { VERSIONS } from '../versions.ts';

const MALFORMED_PACKET = 0x81;
const PROTOCOL_ERROR = 0x82;
const UNSUPPORTED_PROTOCOL_VERSION = 0x84;
const BAD_AUTHENTICATION_METHOD = 0x8c;
const TOPIC_NAME_INVALID = 0x90;
const CLEAN = 0b0000_0010;
const WILL = 0b0000_0100;
const PASSWORD = 0b0100_0000;
const USER_NAME = 0b1000_0000;

/** CONNECT with a body of its own behind flags of its own. */
const connectBytes = (version: number, flags: number, ...payload: readonly (readonly number[])[]) =>
  packetOf(
    FIRST.connect,
    text('MQTT'),
    version,
    flags,
    uint16(60),
    ...(version === 5 ? [properties()] : []),
    ...payload,
  );

async function answerTo(version: Version, bytes: Uint8Array) {
  const client = server.open(version);
  client.sendBytes(bytes);
  await client.ended();
  return client;
}

describe.concurrent.each(VERSIONS)('what must come first, %s', (_, version) => {
  test('[MQTT-3.1.0-1] [MQTT-3.1.0-1 v3.1.1] [MQTT-3.2.0-1] [MQTT-3.14.0-1] a first packet that is no CONNECT ends the connection without a word', async () => {
    const client = await answerTo(version, Uint8Array.of(FIRST.pingreq, 0));
    expect(client.bytes).toHaveLength(0);
  });

  test('[MQTT-3.1.0-2] [MQTT-3.2.0-2] [MQTT-3.1.0-2 v3.1.1] a second CONNECT ends the connection, and gets no second CONNACK', async () => {
    const client = await server.connect(version, { clientId: unique('refused') });
    client.sendConnect({ clientId: client.clientId });
    await client.ended();

    expect(client.received.filter(({ cmd }) => cmd === 'connack')).toHaveLength(1);
    if (version === 5) expect(await client.next('disconnect')).toMatchObject({ reasonCode: PROTOCOL_ERROR });
  });

  test('[MQTT-3.2.0-1] [MQTT-3.2.0-1 v3.1.1] [MQTT-3.1.4-5] [MQTT-3.1.4-4 v3.1.1] CONNACK comes before anything else, also when much is sent at once', async () => {
    const client = server.open(version);
    const topic = unique('refused/topic');
    client.sendConnect({ clientId: unique('refused') });
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1 }] });
    client.send({ cmd: 'pingreq' });
    await client.next('suback');

    expect(client.received[0]).toMatchObject({ cmd: 'connack' });
  });

  test('[MQTT-3.1.4-6] [MQTT-3.1.4-5 v3.1.1] nothing that follows a refused CONNECT is done', async () => {
    const topic = unique('refused/topic');
    const subscriber = await server.connect(version, { clientId: unique('subscriber') });
    await subscriber.subscribe(topic);

    const client = server.open(version);
    client.sendConnect({ clientId: 'x'.repeat(1_001) });
    client.sendPublish(topic, 'of nobody', { qos: 1 });
    await client.ended();

    expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack']);
    await subscriber.publish(topic, 'of somebody', { qos: 1 });
    expect(await subscriber.payloads(1)).toEqual(['of somebody']);
  });

  test('[MQTT-3.1.3-5] [MQTT-3.1.3-5 v3.1.1] identifiers of 1 to 23 letters and digits are taken', async () => {
    for (const clientId of ['0', 'abcdefghijklmnopqrstuvw', 'XYZABCDEFGHIJKLMNOPQRST', '0123456789xyz']) {
      const client = await server.connect(version, { clientId });
      expect(client.connack).toMatchObject(version === 5 ? { reasonCode: 0 } : { returnCode: 0 });
      await client.disconnect();
    }
  });

  test('[MQTT-3.1.2-3] [MQTT-3.1.2-3 v3.1.1] the reserved flag of CONNECT is 0', async () => {
    const client = await answerTo(version, connectBytes(version, CLEAN | 1, text('reserved')));
    if (version === 4) expect(client.bytes).toHaveLength(0);
    else expect(client.received).toMatchObject([{ cmd: 'connack', reasonCode: MALFORMED_PACKET }]);
  });

  test('[MQTT-3.1.2-1] [MQTT-3.1.2-1 v3.1.1] another protocol name is not served', async () => {
    const bytes = packetOf(
      FIRST.connect,
      text('MQTX'),
      version,
      CLEAN,
      uint16(60),
      ...(version === 5 ? [properties()] : []),
      text('a'),
    );
    expect((await answerTo(version, bytes)).received).toEqual([]);
  });

  test('[MQTT-3.1.4-1] [MQTT-3.1.4-1 v3.1.1] a CONNECT that ends too early is refused', async () => {
    const client = await answerTo(version, connectBytes(version, CLEAN | 0b1000_0000, text('no user name')));
    if (version === 4) expect(client.bytes).toHaveLength(0);
    else expect(client.received).toMatchObject([{ cmd: 'connack', reasonCode: MALFORMED_PACKET }]);
  });

  test('[MQTT-3.1.2-12] [MQTT-3.1.2-14 v3.1.1] a Will QoS of 3 is refused', async () => {
    const will = 0b0001_1100;
    const parts = [text('will'), ...(version === 5 ? [properties()] : []), text('topic'), text('payload')];
    const client = await answerTo(version, connectBytes(version, CLEAN | will, ...parts));
    if (version === 4) expect(client.bytes).toHaveLength(0);
    else expect(client.received).toMatchObject([{ cmd: 'connack', reasonCode: MALFORMED_PACKET }]);
  });

  test('[MQTT-3.1.2-11] [MQTT-3.1.2-13] [MQTT-3.1.2-13 v3.1.1] [MQTT-3.1.2-15 v3.1.1] Will QoS and Will Retain without a will are refused', async () => {
    for (const flags of [0b0000_1000, 0b0010_0000]) {
      const client = await answerTo(version, connectBytes(version, CLEAN | flags, text('will')));
      expect(
        client.received.every((packet) => packet.cmd === 'connack' && packet.reasonCode === MALFORMED_PACKET),
      ).toBe(true);
    }
  });
});

/** CONNECT packets whose payload is not what their flags say. */
function malformedIn(version: Version): readonly (readonly [name: string, bytes: Uint8Array])[] {
  const noProperties = version === 5 ? [properties()] : [];
  const noText = [0, 1, 0xff];
  const connect = (flags: number, ...payload: readonly (readonly number[])[]) =>
    connectBytes(version, CLEAN | flags, ...payload);
  return [
    ['[MQTT-3.1.2-9] [MQTT-3.1.2-9 v3.1.1] a Will Flag without a will', connect(WILL, text('a'))],
    [
      '[MQTT-3.1.2-11 v3.1.1] a will without its flag',
      connect(0, text('a'), ...noProperties, text('topic'), text('payload')),
    ],
    [
      '[MQTT-3.1.2-16] [MQTT-3.1.2-18 v3.1.1] a user name without its flag',
      connect(0, text('a'), text('user')),
    ],
    [
      '[MQTT-3.1.2-17] [MQTT-3.1.2-19 v3.1.1] a User Name Flag without a user name',
      connect(USER_NAME, text('a')),
    ],
    [
      '[MQTT-3.1.2-18] [MQTT-3.1.2-20 v3.1.1] a password without its flag',
      connect(USER_NAME, text('a'), text('user'), text('password')),
    ],
    [
      '[MQTT-3.1.2-19] [MQTT-3.1.2-21 v3.1.1] a Password Flag without a password',
      connect(USER_NAME | PASSWORD, text('a'), text('user')),
    ],
    ['[MQTT-3.1.3-3] [MQTT-3.1.3-3 v3.1.1] no client identifier', connect(0)],
    ['[MQTT-3.1.3-4] [MQTT-3.1.3-4 v3.1.1] a client identifier that is no UTF-8', connect(0, noText)],
    [
      '[MQTT-3.1.3-11] [MQTT-3.1.3-10 v3.1.1] a will topic that is no UTF-8',
      connect(WILL, text('a'), ...noProperties, noText, text('payload')),
    ],
    [
      '[MQTT-3.1.3-12] [MQTT-3.1.3-11 v3.1.1] a user name that is no UTF-8',
      connect(USER_NAME, text('a'), noText),
    ],
  ];
}

describe.concurrent.each(VERSIONS)('form of CONNECT, %s', (_, version) => {
  test.each(malformedIn(version))('[MQTT-3.1.4-1] [MQTT-3.1.4-1 v3.1.1] %s', async (_, bytes) => {
    const client = await answerTo(version, bytes);
    if (version === 4) expect(client.bytes).toHaveLength(0);
    else expect(client.received).toMatchObject([{ cmd: 'connack', reasonCode: MALFORMED_PACKET }]);
  });
});

describe.concurrent('refusals of CONNECT, MQTT 5', () => {
  test('[MQTT-3.1.2-2] [MQTT-3.2.2-8] another version is told that it is not supported', async () => {
    const client = await answerTo(5, connectBytes(6, CLEAN, properties(), text('a')));
    expect(client.received).toMatchObject([{ cmd: 'connack', reasonCode: UNSUPPORTED_PROTOCOL_VERSION }]);
  });

  test('[MQTT-3.1.3-8] [MQTT-3.2.2-7] an identifier that cannot be kept is refused', async () => {
    const client = await answerTo(5, connectBytes(5, CLEAN, text('ü'.repeat(501))));
    expect(client.received).toMatchObject([{ cmd: 'connack', reasonCode: 0x85 }]);
  });

  test('[MQTT-4.12.0-1] an authentication method is refused', async () => {
    const client = server.open(5);
    client.sendConnect({ clientId: unique('refused'), properties: { authenticationMethod: 'SCRAM' } });
    expect((await client.next('connack')).reasonCode).toBe(BAD_AUTHENTICATION_METHOD);
    await client.ended();
  });

  test('[MQTT-4.12.0-6] without one no AUTH comes, no method is in CONNACK, and an AUTH of the client is an error', async () => {
    const client = await server.connect(5, { clientId: unique('refused') });
    expect(client.connack?.properties ?? {}).not.toHaveProperty('authenticationMethod');
    client.sendBytes(
      packetOf(FIRST.auth, 0x18, properties([PROPERTY.authenticationMethod, ...text('SCRAM')])),
    );

    expect((await client.next('disconnect')).reasonCode).toBe(PROTOCOL_ERROR);
    await client.ended();
  });

  test('[MQTT-3.1.4-2] a will whose topic the server cannot keep is refused', async () => {
    const client = server.open(5);
    client.sendConnect({
      clientId: unique('refused'),
      will: { topic: 'x'.repeat(1_001), payload: Buffer.from('never'), qos: 0, retain: false },
    });
    expect((await client.next('connack')).reasonCode).toBe(TOPIC_NAME_INVALID);
    await client.ended();
  });

  test('[MQTT-3.1.2-28] Response Information is not returned to who asks for it or not', async () => {
    for (const requestResponseInformation of [false, true]) {
      const client = await server.connect(5, {
        clientId: unique('asks'),
        properties: { requestResponseInformation },
      });
      expect(client.connack?.properties ?? {}).not.toHaveProperty('responseInformation');
    }
  });

  test('[MQTT-3.1.2-29] who asks for no problem information gets none but on CONNACK, PUBLISH and DISCONNECT', async () => {
    const client = await server.connect(5, {
      clientId: unique('asks'),
      properties: { requestProblemInformation: false },
    });
    const topic = unique('asks/topic');
    await client.subscribe([
      { topic: 'x'.repeat(1_001), qos: 0 },
      { topic, qos: 2 },
    ]);
    await client.unsubscribe('none');
    for (const qos of [1, 2] as const) {
      client.sendPublish('x'.repeat(1_001), 'too long', { qos });
      await client.publish(topic, 'message', { qos, properties: { userProperties: { a: 'b' } } });
      expect((await client.message()).properties?.userProperties).toEqual({ a: 'b' });
    }

    for (const { cmd, ...rest } of client.received) {
      if (cmd === 'connack' || cmd === 'publish' || cmd === 'disconnect') continue;
      const given = 'properties' in rest ? (rest.properties ?? {}) : {};
      expect({ cmd, given }).toEqual({ cmd, given: {} });
    }
  });

  test('[MQTT-3.2.2-9] [MQTT-3.2.2-12] [MQTT-3.2.2-13] everything optional is available, so nothing is said to be missing', async () => {
    const client = await server.connect(5, {
      clientId: unique('asks'),
      will: { topic: unique('asks/will'), payload: Buffer.from('will'), qos: 2, retain: true },
    });
    const told = client.connack?.properties ?? {};
    const missing = ['maximumQoS', 'retainAvailable', 'wildcardSubscriptionAvailable'];
    const others = ['subscriptionIdentifiersAvailable', 'sharedSubscriptionAvailable'];
    for (const name of [...missing, ...others]) expect(told).not.toHaveProperty(name);
    await client.disconnect();
  });
});

describe.concurrent('refusals of CONNECT, MQTT 3.1.1', () => {
  test.each([3, 6])(
    '[MQTT-3.1.2-2 v3.1.1] [MQTT-3.2.2-5 v3.1.1] level %i is told return code 1',
    async (level) => {
      const bytes = packetOf(
        FIRST.connect,
        text(level === 3 ? 'MQIsdp' : 'MQTT'),
        level,
        CLEAN,
        uint16(60),
        ...(level > 4 ? [properties()] : []),
        text('a'),
      );
      const client = await answerTo(level === 3 ? 4 : 5, bytes);
      const code = level === 3 ? { returnCode: 1 } : { reasonCode: UNSUPPORTED_PROTOCOL_VERSION };
      expect(client.received).toMatchObject([{ cmd: 'connack', sessionPresent: false, ...code }]);
    },
  );

  test('[MQTT-3.2.2-6 v3.1.1] where no return code fits, the connection is closed without CONNACK', async () => {
    const client = server.open(4);
    client.sendConnect({
      clientId: unique('refused'),
      will: { topic: 'x'.repeat(1_001), payload: Buffer.from('never'), qos: 0, retain: false },
    });
    await client.ended();
    expect(client.bytes).toHaveLength(0);
  });

  test('[MQTT-3.1.2-22 v3.1.1] a password without a user name is refused', async () => {
    const client = await answerTo(4, connectBytes(4, CLEAN | 0b0100_0000, text('password'), text('secret')));
    expect(client.bytes).toHaveLength(0);
  });
});
