import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Flow, startFlow } from '#session/flow/flow';
import { positionOf } from '#session/position';
import { ByteReader, ByteWriter } from '#store/encoding/compact-bytes';
import { fromItem, toItem } from '#store/inflight/flow-item';
import { randomSeed } from '#test/session/random-seed';

const NOW_MS = 1_795_000_000_000;

describe('numbers in few bytes', () => {
  it.each([
    [0, 1],
    [127, 1],
    [128, 2],
    [16_383, 2],
    [16_384, 3],
    [268_435_455, 4],
    [Number.MAX_SAFE_INTEGER, 8],
  ])('%i takes %i', (value, bytes) => {
    const writer = new ByteWriter();
    writer.number(value);
    expect(writer.written()).toHaveLength(bytes);
    const reader = new ByteReader(writer.written());
    expect(reader.number()).toBe(value);
    expect(reader.isAtEnd).toBe(true);
  });

  it('says when they end too early', () => {
    expect(() => new ByteReader(Uint8Array.of(0x80)).number()).toThrow(/ends after 1 bytes/);
    expect(() => new ByteReader(Uint8Array.of()).bytes(1)).toThrow(/ends after 0 bytes/);
  });

  it('differences of either sign come back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 48), max: 2 ** 48 }), (value) => {
        const writer = new ByteWriter();
        writer.difference(value);
        expect(new ByteReader(writer.written()).difference()).toBe(value);
      }),
      { seed: randomSeed, numRuns: 1_000 },
    );
  });
});

const position = fc
  .tuple(fc.nat(2 ** 43), fc.string())
  .map(([atMs, messageId]) => positionOf(atMs, messageId));
const packetId = fc.integer({ min: 1, max: 65_535 });
const outbound = fc.record(
  {
    packetId,
    state: fc.constantFrom('publish', 'pubrel'),
    qos: fc.constantFrom(1, 2),
    log: fc.constantFrom('a/+#0', 'a/+#1', '+client/x#0', '##late'),
    position,
    retain: fc.boolean(),
    subscriptionIdentifiers: fc.array(fc.integer({ min: 1, max: 268_435_455 }), {
      minLength: 1,
      maxLength: 5,
    }),
  },
  { requiredKeys: ['packetId', 'state', 'qos', 'log', 'position', 'retain'] },
);

it('any flow comes back from its item as it was', () => {
  const flows = fc.record({
    cursor: position,
    connection: fc.oneof(fc.uuid(), fc.string()),
    revision: fc.nat(),
    ahead: fc.array(position, { maxLength: 20 }).map((all) => all.toSorted()),
    outbound: fc.array(outbound, { maxLength: 20 }),
    inbound: fc.array(packetId, { maxLength: 20 }),
    lastPacketId: fc.nat(65_535),
  });
  fc.assert(
    fc.property(flows, (more) => {
      const flow = { ...startFlow('client', '1:a', 'c', positionOf(NOW_MS, 'a')), ...more } as Flow;
      expect(fromItem(toItem(flow))).toEqual(flow);
    }),
    { seed: randomSeed, numRuns: 300 },
  );
});

describe('an item that is not ours', () => {
  const item = toItem(startFlow('client', '1:a', 'c', positionOf(NOW_MS, 'a')));

  it('is refused when it is no flow', () => {
    expect(() => fromItem({ clientId: 'client', something: 1 })).toThrow(/clientId and cursor.*something/);
  });

  it('is refused when a log is missing', () => {
    const writer = new ByteWriter();
    for (const value of [1, 0, 3]) writer.number(value);
    expect(() => fromItem({ ...item, outbound: writer.written(), logs: ['a#0'] })).toThrow(/1 logs/);
  });
});
