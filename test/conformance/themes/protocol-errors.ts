import { describe, expect, test } from 'vitest';
import { FIRST, PROPERTY, packetOf, properties, text, uint16 } from '#test/packets/fixtures/bytes';
import { unique } from '../conformance-server.ts';
import { server } from '../server.ts';
import { sessionIs } from '../session-state.ts';
import { lasting, VERSIONS } from '../versions.ts';

const MALFORMED_PACKET = 0x81;
const PROTOCOL_ERROR = 0x82;

interface Wrong {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly reasonCode: number;
}

/** What either version forbids; the parts that only 5 has are left out in 3.1.1. */
function wrongIn(version: 4 | 5): readonly Wrong[] {
  const none = version === 5 ? [properties()] : [];
  const wrong = (name: string, reasonCode: number, bytes: Uint8Array): Wrong => ({ name, reasonCode, bytes });
  return [
    wrong(
      '[MQTT-3.3.1-4] [MQTT-3.3.1-4 v3.1.1] PUBLISH with QoS 3',
      MALFORMED_PACKET,
      packetOf(FIRST.publish | 6, text('a'), uint16(1), ...none),
    ),
    wrong(
      '[MQTT-3.3.1-2] [MQTT-3.3.1-2 v3.1.1] PUBLISH with DUP and QoS 0',
      PROTOCOL_ERROR,
      packetOf(FIRST.publish | 8, text('a'), ...none),
    ),
    wrong(
      '[MQTT-2.2.1-3] [MQTT-2.3.1-1 v3.1.1] PUBLISH with the identifier 0',
      PROTOCOL_ERROR,
      packetOf(FIRST.publish | 2, text('a'), uint16(0), ...none),
    ),
    wrong(
      '[MQTT-3.3.2-2] [MQTT-4.7.0-1] [MQTT-3.3.2-2 v3.1.1] [MQTT-4.7.1-1 v3.1.1] PUBLISH to a wildcard',
      PROTOCOL_ERROR,
      packetOf(FIRST.publish, text('a/+'), ...none),
    ),
    wrong(
      '[MQTT-4.7.3-1] [MQTT-4.7.3-1 v3.1.1] PUBLISH to an empty topic',
      PROTOCOL_ERROR,
      packetOf(FIRST.publish, text(''), ...none),
    ),
    wrong(
      '[MQTT-1.5.4-2] [MQTT-4.7.3-2] [MQTT-1.5.3-2 v3.1.1] [MQTT-4.7.3-2 v3.1.1] U+0000 in a topic',
      MALFORMED_PACKET,
      packetOf(FIRST.publish, text('a\0b'), ...none),
    ),
    wrong(
      '[MQTT-1.5.4-1] [MQTT-3.3.2-1] [MQTT-1.5.3-1 v3.1.1] [MQTT-3.3.2-1 v3.1.1] a topic that is no UTF-8',
      MALFORMED_PACKET,
      packetOf(FIRST.publish, uint16(2), [0xc3, 0x28], ...none),
    ),
    wrong(
      '[MQTT-1.5.4-1] [MQTT-1.5.3-1 v3.1.1] a surrogate in a filter',
      MALFORMED_PACKET,
      packetOf(FIRST.subscribe, uint16(1), ...none, uint16(3), [0xed, 0xa0, 0x80], 0),
    ),
    wrong(
      '[MQTT-3.6.1-1] [MQTT-3.6.1-1 v3.1.1] [MQTT-2.1.3-1] [MQTT-2.2.2-1 v3.1.1] [MQTT-2.2.2-2 v3.1.1] PUBREL with other flags',
      MALFORMED_PACKET,
      packetOf(0x60, uint16(1)),
    ),
    wrong(
      '[MQTT-3.8.1-1] [MQTT-3.8.1-1 v3.1.1] SUBSCRIBE with other flags',
      MALFORMED_PACKET,
      packetOf(0x80, uint16(1), ...none, text('a'), 0),
    ),
    wrong(
      '[MQTT-3.10.1-1] [MQTT-3.10.1-1 v3.1.1] UNSUBSCRIBE with other flags',
      MALFORMED_PACKET,
      packetOf(0xa0, uint16(1), ...none, text('a')),
    ),
    wrong(
      '[MQTT-3.14.1-1] [MQTT-3.14.1-1 v3.1.1] DISCONNECT with other flags',
      MALFORMED_PACKET,
      packetOf(0xe1),
    ),
    wrong(
      '[MQTT-3.8.3-2] [MQTT-3.8.3-3 v3.1.1] SUBSCRIBE without a filter',
      PROTOCOL_ERROR,
      packetOf(FIRST.subscribe, uint16(1), ...none),
    ),
    wrong(
      '[MQTT-3.10.3-2] [MQTT-3.10.3-2 v3.1.1] UNSUBSCRIBE without a filter',
      PROTOCOL_ERROR,
      packetOf(FIRST.unsubscribe, uint16(1), ...none),
    ),
    wrong(
      '[MQTT-3.8.3-5] [MQTT-3.8.3-4 v3.1.1] reserved bits of SUBSCRIBE',
      MALFORMED_PACKET,
      packetOf(FIRST.subscribe, uint16(1), ...none, text('a'), 0b1100_0000),
    ),
    wrong(
      '[MQTT-3.8.3-4 v3.1.1] SUBSCRIBE with QoS 3',
      PROTOCOL_ERROR,
      packetOf(FIRST.subscribe, uint16(1), ...none, text('a'), 3),
    ),
    wrong(
      '[MQTT-2.2.1-3] [MQTT-2.3.1-1 v3.1.1] SUBSCRIBE with the identifier 0',
      PROTOCOL_ERROR,
      packetOf(FIRST.subscribe, uint16(0), ...none, text('a'), 0),
    ),
    wrong(
      '[MQTT-3.8.3-1] [MQTT-3.8.3-1 v3.1.1] a filter that is no UTF-8',
      MALFORMED_PACKET,
      packetOf(FIRST.subscribe, uint16(1), ...none, uint16(1), [0xff], 0),
    ),
    wrong(
      '[MQTT-3.10.3-1] [MQTT-3.10.3-1 v3.1.1] a filter of UNSUBSCRIBE that is no UTF-8',
      MALFORMED_PACKET,
      packetOf(FIRST.unsubscribe, uint16(1), ...none, uint16(1), [0xff]),
    ),
    wrong(
      '[MQTT-4.7.1-1] [MQTT-4.7.1-2 v3.1.1] # that is not the last level',
      PROTOCOL_ERROR,
      packetOf(FIRST.subscribe, uint16(1), ...none, text('a/#/b'), 0),
    ),
    wrong(
      '[MQTT-4.7.1-1] [MQTT-4.7.1-2 v3.1.1] # that shares its level',
      PROTOCOL_ERROR,
      packetOf(FIRST.subscribe, uint16(1), ...none, text('a#'), 0),
    ),
    wrong(
      '[MQTT-4.7.1-2] [MQTT-4.7.1-3 v3.1.1] + that shares its level',
      PROTOCOL_ERROR,
      packetOf(FIRST.subscribe, uint16(1), ...none, text('a/+b'), 0),
    ),
    wrong(
      '[MQTT-4.7.3-1] [MQTT-4.7.3-1 v3.1.1] an empty filter',
      PROTOCOL_ERROR,
      packetOf(FIRST.subscribe, uint16(1), ...none, text(''), 0),
    ),
    wrong(
      '[MQTT-4.13.1-1] [MQTT-4.8.0-1 v3.1.1] a packet that only a server sends',
      PROTOCOL_ERROR,
      packetOf(0xd0),
    ),
    wrong(
      '[MQTT-4.13.1-1] [MQTT-4.8.0-1 v3.1.1] a remaining length of five bytes',
      MALFORMED_PACKET,
      Uint8Array.of(FIRST.publish, 0x80, 0x80, 0x80, 0x80, 1),
    ),
  ];
}

const WRONG_IN_5: readonly Wrong[] = [
  {
    name: '[MQTT-3.3.4-6] PUBLISH with a Subscription Identifier',
    reasonCode: PROTOCOL_ERROR,
    bytes: packetOf(FIRST.publish, text('a'), properties([PROPERTY.subscriptionIdentifier, 1])),
  },
  {
    name: '[MQTT-3.3.2-14] a Response Topic with a wildcard',
    reasonCode: PROTOCOL_ERROR,
    bytes: packetOf(FIRST.publish, text('a'), properties([PROPERTY.responseTopic, ...text('a/#')])),
  },
  {
    name: '[MQTT-3.3.2-13] a Response Topic that is no UTF-8',
    reasonCode: MALFORMED_PACKET,
    bytes: packetOf(FIRST.publish, text('a'), properties([PROPERTY.responseTopic, ...uint16(1), 0xff])),
  },
  {
    name: '[MQTT-3.3.2-19] a Content Type that is no UTF-8',
    reasonCode: MALFORMED_PACKET,
    bytes: packetOf(FIRST.publish, text('a'), properties([PROPERTY.contentType, ...uint16(1), 0xff])),
  },
  {
    name: '[MQTT-1.5.7-1] a user property that is no UTF-8',
    reasonCode: MALFORMED_PACKET,
    bytes: packetOf(
      FIRST.publish,
      text('a'),
      properties([PROPERTY.userProperty, ...text('a'), ...uint16(1), 0xff]),
    ),
  },
  {
    name: '[MQTT-1.5.5-1] a length in more bytes than it needs',
    reasonCode: MALFORMED_PACKET,
    bytes: packetOf(FIRST.publish, text('a'), [0x80, 0]),
  },
  {
    name: '[MQTT-2.2.2-1] PUBLISH without a property length',
    reasonCode: MALFORMED_PACKET,
    bytes: packetOf(FIRST.publish, text('a')),
  },
  {
    name: '[MQTT-3.14.2-1] DISCONNECT with a reason code that a client does not have',
    reasonCode: PROTOCOL_ERROR,
    bytes: packetOf(FIRST.disconnect, 0x8e, properties()),
  },
  {
    name: '[MQTT-3.15.1-1] AUTH with other flags',
    reasonCode: MALFORMED_PACKET,
    bytes: packetOf(FIRST.auth | 1, 0x18, properties()),
  },
  {
    name: '[MQTT-4.12.0-7] [MQTT-3.15.2-1] AUTH although no method was agreed',
    reasonCode: PROTOCOL_ERROR,
    bytes: packetOf(FIRST.auth, 0x19, properties([PROPERTY.authenticationMethod, ...text('a')])),
  },
];

describe.concurrent.each(VERSIONS)('what breaks the protocol ends the connection, %s', (_, version) => {
  const cases = [...wrongIn(version), ...(version === 5 ? WRONG_IN_5 : [])];
  test.each(cases.map((wrong) => [wrong.name, wrong] as const))(
    '[MQTT-4.13.1-1] [MQTT-4.8.0-1 v3.1.1] %s',
    async (_, { bytes, reasonCode }) => {
      const client = await server.connect(version, { clientId: unique('wrong') });

      client.sendBytes(bytes);
      await client.ended();

      const after = client.received.slice(1);
      expect(after).toMatchObject(version === 5 ? [{ cmd: 'disconnect', reasonCode }] : []);
    },
  );

  test('[MQTT-4.13.1-1] [MQTT-4.13.2-1] [MQTT-4.8.0-1 v3.1.1] what came before is done, the session stays, and other clients notice nothing', async () => {
    const topic = unique('wrong/topic');
    const other = await server.connect(version, { clientId: unique('other') });
    await other.subscribe(topic);
    const client = await server.connect(version, { clientId: unique('wrong'), ...lasting(version) });
    await client.subscribe(topic);

    const publish = {
      cmd: 'publish',
      topic,
      payload: 'before',
      qos: 1,
      messageId: 2,
      dup: false,
      retain: false,
    } as const;
    client.sendBytes(client.bytesOf(publish), packetOf(FIRST.subscribe, uint16(0)));
    await client.ended();

    expect(await other.payloads(1)).toEqual(['before']);
    await sessionIs(client.clientId, 'disconnected');
    const again = await server.connect(version, { clientId: client.clientId, ...lasting(version) });
    expect(again.connack?.sessionPresent).toBe(true);
    expect(await again.payloads(1)).toEqual(['before']);
  });
});
