import { describe, expect, it } from 'vitest';
import type { PacketsRequest } from '#packets/carrying/exchange';
import { parsePacketsRequest } from '#packets/carrying/exchange-codec';

const CONNECTION = '0f8fad5b-d9cb-469f-a165-70867728950e';

const smallest: PacketsRequest = {
  connection: { id: CONNECTION, carrier: { kind: 'iot' } },
  packets: [],
};

const largest: PacketsRequest = {
  connection: {
    id: CONNECTION,
    carrier: { kind: 'listener', address: 'https://sqs.eu-west-1.amazonaws.com/1/listener' },
    remoteAddress: '192.0.2.1',
    principal: 'certificate',
    clientId: 'device-1',
  },
  context: {
    clientId: 'device-1',
    incarnation: '01J',
    protocolVersion: 5,
    connectedAtMs: 1_000,
    keepAliveSeconds: 60,
    receiveMaximum: 65_535,
    maximumPacketSize: 0xffff_ffff,
    requestProblemInformation: false,
    sessionExpiryInterval: 0xffff_ffff,
    sessionPresent: true,
    owedFrom: '01HF7Y9TR00000000000000000',
    topicAliases: { 1: 'a/b', 65535: 'c' },
    appendedAtMs: 2_000,
    flowRevision: 3,
  },
  packets: [
    { data: 'wAA=', receivedAtMs: 1_001 },
    { data: '4AA=', receivedAtMs: 1_002 },
  ],
  look: { filters: ['a/+', '$share/g/#'] },
  closed: { reason: 'CONNECTION_LOST', atMs: 1_003 },
};

const atTheirMinimum: PacketsRequest = {
  ...largest,
  context: {
    clientId: 'd',
    incarnation: '0',
    protocolVersion: 4,
    connectedAtMs: 0,
    keepAliveSeconds: 0,
    receiveMaximum: 1,
    maximumPacketSize: 1,
    requestProblemInformation: true,
    sessionExpiryInterval: 0,
  },
  packets: [{ data: 'wAA=', receivedAtMs: 0 }],
  look: {},
  closed: { reason: 'CLIENT_ERROR', atMs: 0 },
};

/** The largest request with something else at one place. */
function changed(path: string, value: unknown): unknown {
  const request: unknown = JSON.parse(JSON.stringify(largest));
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const place = keys.reduce<unknown>((inside, key) => Reflect.get(Object(inside), key), request);
  Reflect.set(Object(place), last, value);
  return request;
}

describe('a request of a carrier', () => {
  it.each([smallest, atTheirMinimum, largest])('is taken as it came', (request) => {
    expect(parsePacketsRequest(JSON.parse(JSON.stringify(request)))).toEqual({ ok: true, request });
  });

  it('is taken with acknowledgements that share the receive time of the packet before', () => {
    const packets = ['QAIAAQ==', 'UAIAAQ==', 'cAIAAQ==', 'wAA='].map((data) => ({
      data,
      receivedAtMs: 1_001,
    }));
    expect(parsePacketsRequest(changed('packets', packets))).toMatchObject({
      ok: true,
      request: { packets },
    });
  });

  it.each([
    ['connection', undefined, 'connection: nothing came; allowed: an object with id, carrier'],
    ['connection.id', 'a b', 'connection.id: "a b" came; allowed: 1 to 128 letters, digits, hyphens'],
    ['connection.id', `${CONNECTION}\n`, 'allowed: 1 to 128 letters, digits, hyphens'],
    ['connection.carrier', { kind: 'pigeon' }, "allowed: an object with kind 'listener' and an address"],
    [
      'connection.carrier',
      { kind: 'listener' },
      'connection.carrier.address: nothing came; allowed: text of 1',
    ],
    ['connection.clientId', '', 'connection.clientId: "" came; allowed: text of 1 to 65535 characters'],
    ['context.protocolVersion', 3, 'context.protocolVersion: 3 came; allowed: 4 or 5'],
    ['context.receiveMaximum', 0, 'context.receiveMaximum: 0 came; allowed: a whole number from 1 to 65535'],
    ['context.keepAliveSeconds', 1.5, 'context.keepAliveSeconds: 1.5 came; allowed: a whole number'],
    ['context.sessionExpiryInterval', 0x1_0000_0000, 'allowed: a whole number from 0 to 4294967295'],
    [
      'context.requestProblemInformation',
      1,
      'context.requestProblemInformation: 1 came; allowed: true or false',
    ],
    ['context.sessionPresent', false, 'context.sessionPresent: false came; allowed: true'],
    ['context.topicAliases', { 0: 'a' }, 'allowed: topic names by topic alias, 1 to 65535'],
    ['context.topicAliases', { 65536: 'a' }, 'allowed: topic names by topic alias, 1 to 65535'],
    ['context.topicAliases', { 1: 'a/#' }, 'allowed: topic names by topic alias, 1 to 65535'],
    ['packets', 'wAA=', 'packets: text of 4 characters came; allowed: a list of packets'],
    ['packets.0', [], 'packets.0: a list of 0 came; allowed: an object with data, receivedAtMs'],
    ['packets.0.data', '', 'packets.0.data: text of 0 characters came; allowed: a control packet in base64'],
    ['packets.0.data', 'not base64!', 'allowed: a control packet in base64'],
    ['packets.1.receivedAtMs', -1, 'packets.1.receivedAtMs: -1 came; allowed: a whole number from 0'],
    ['packets.0', null, 'packets.0: null came; allowed: an object with data, receivedAtMs'],
    ['packets.1.receivedAtMs', 1_001, 'allowed: packets in the order in which they came'],
    [
      'packets',
      [
        { data: 'wAA=', receivedAtMs: 0 },
        { data: '4AA=', receivedAtMs: 0 },
      ],
      'packets: a list of 2 came; allowed: packets in the order',
    ],
    ['look.filters', ['', 'a'], 'look.filters.0: "" came; allowed: text of 1'],
    [
      'closed.reason',
      'TIRED',
      'closed.reason: "TIRED" came; allowed: CONNECTION_LOST, MQTT_KEEP_ALIVE_TIMEOUT',
    ],
    ['closed.atMs', '1', 'closed.atMs: "1" came; allowed: a whole number from 0'],
    [
      'extra',
      true,
      'the request: unknown "extra" came; allowed: an object with connection, context, packets, look, closed',
    ],
  ])('is refused with another %s: %j', (path, value, sentence) => {
    expect(parsePacketsRequest(changed(path, value))).toEqual({
      ok: false,
      problems: [expect.stringContaining(sentence)],
    });
  });

  it.each([undefined, null, 'text', []])('is refused when %j comes in its place', (value) => {
    expect(parsePacketsRequest(value)).toMatchObject({
      ok: false,
      problems: [expect.stringMatching(/^the request: .* came; allowed: an object with connection/)],
    });
  });

  it('does not repeat what a device has sent', () => {
    const secret = 'cGFzc3dvcmQ_';
    const wrong: readonly unknown[] = [
      secret,
      { packets: secret },
      changed('packets', { data: secret }),
      changed('packets.0', secret),
      changed('packets.0.data', secret),
      changed('packets', [{ data: 'wAA=' }, { secret }]),
      changed('packets', [
        { data: 'wAA=', receivedAtMs: 2 },
        { data: 'cGFzc3dvcmQ/', receivedAtMs: 1 },
      ]),
    ];
    for (const request of wrong) {
      const result = parsePacketsRequest(request);
      expect(result.ok).toBe(false);
      expect(JSON.stringify(result)).not.toContain('cGFzc3dvcmQ');
    }
  });

  it('names a few of many problems', () => {
    const packets = Array.from({ length: 1_000 }, () => ({ data: '', receivedAtMs: 1 }));

    expect(parsePacketsRequest({ ...smallest, packets })).toMatchObject({
      problems: { length: 10 },
    });
  });

  it('does not repeat a long value whole', () => {
    const result = parsePacketsRequest(changed('closed.reason', 'x'.repeat(100_000)));

    expect(JSON.stringify(result).length).toBeLessThan(1_000);
  });
});
