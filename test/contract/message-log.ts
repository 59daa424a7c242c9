import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Message } from '#session/message';
import { LOG_START, positionAt, positionOf } from '#session/position';
import type { FoundMessage, MessageLog, MessageLogOptions, Read } from '#store/messages/message-log';

const NOW_MS = 1_795_000_000_000;

/** What every message log does. */
export function messageLogContract(logWith: (options: MessageLogOptions) => MessageLog): void {
  describe('message log', () => {
    const logAt = (nowMs: number) => logWith({ settleSeconds: 4, clock: () => nowMs });
    const newFilter = () => `${randomUUID()}/#`;

    function message(more: Partial<Message> = {}): Message {
      const payload = new Uint8Array([1, 2, 3]);
      return { messageId: randomUUID(), topic: 'a/b', payload, qos: 1, receivedAtMs: NOW_MS, ...more };
    }

    async function all(read: Partial<Read> & Pick<Read, 'filter'>, nowMs = NOW_MS): Promise<FoundMessage[]> {
      const found: FoundMessage[] = [];
      const range = { shards: 1, from: LOG_START, upTo: positionAt(NOW_MS + 60_000), ...read };
      for await (const logged of logAt(nowMs).read(range)) found.push(logged);
      return found;
    }

    async function stragglersOf(filter: string, from = LOG_START, upTo = positionAt(NOW_MS + 60_000)) {
      const found: FoundMessage[] = [];
      for await (const logged of logAt(NOW_MS).readStragglers({ filter, from, upTo })) found.push(logged);
      return found;
    }

    const route = (filter: string) => ({ filter, shards: 1, retainSeconds: 60 });

    it.each<[string, Partial<Message>]>([
      ['a plain message', {}],
      ['an empty payload', { payload: new Uint8Array() }],
      ['128 KB', { payload: new Uint8Array(131_072).fill(255) }],
      [
        'all properties',
        {
          qos: 0,
          publisher: 'client/ü 1',
          messageExpiryInterval: 0,
          contentType: 'text/plain',
          utf8Payload: true,
          responseTopic: 'answers/1',
          correlationData: 'AQID',
          retain: true,
          userProperties: [
            { name: 'a', value: '' },
            { name: 'a', value: '2' },
            { name: '', value: 'x' },
          ],
        },
      ],
    ])('gives a message back as it was published: %s', async (_, more) => {
      const filter = newFilter();
      const published = message(more);
      const position = await logAt(NOW_MS).append({ ...route(filter), message: published });
      expect(await all({ filter })).toStrictEqual([{ ...published, position, log: `${filter}#0` }]);
    });

    it('logs a message that is delivered to the appender twice, once', async () => {
      const filter = newFilter();
      const published = message();
      const first = await logAt(NOW_MS + 100).append({ ...route(filter), message: published });
      expect(await logAt(NOW_MS + 2_900).append({ ...route(filter), message: published })).toBe(first);
      expect(first).toBe(positionOf(NOW_MS, published.messageId));
      expect(await all({ filter })).toHaveLength(1);
    });

    it('appends a straggler now, apart, so that it is not inserted behind cursors', async () => {
      const filter = newFilter();
      const late = message();
      await logAt(NOW_MS).append({ ...route(filter), message: message({ topic: 'in time' }) });
      const position = await logAt(NOW_MS + 3_000).append({ ...route(filter), message: late });
      expect(position).toBe(positionOf(NOW_MS + 3_000, late.messageId));
      expect(await stragglersOf(filter)).toStrictEqual([{ ...late, position, log: `${filter}#late` }]);
      expect(await all({ filter, shards: 2 })).toMatchObject([{ topic: 'in time' }]);
    });

    it('reads stragglers from a position, itself included, up to a position, itself excluded', async () => {
      const filter = newFilter();
      const position = await logAt(NOW_MS + 9_000).append({ ...route(filter), message: message() });
      expect(await stragglersOf(filter, position)).toHaveLength(1);
      expect(await stragglersOf(filter, LOG_START, position)).toEqual([]);
      expect(await stragglersOf(filter, positionAt(NOW_MS + 9_001))).toEqual([]);
    });

    it('appends a fresh message behind what the same client sent before', async () => {
      const filter = newFilter();
      const published = message();
      const append = { ...route(filter), message: published, notBeforeMs: NOW_MS + 20 };
      expect(await logAt(NOW_MS + 10).append(append)).toBe(positionOf(NOW_MS + 20, published.messageId));
      expect(await stragglersOf(filter)).toMatchObject([published]);
    });

    it('appends again when the write took so long that a pump may have passed', async () => {
      const filter = newFilter();
      const times = [NOW_MS, NOW_MS + 3_500, NOW_MS + 3_600];
      const log = logWith({ settleSeconds: 4, clock: () => times.shift() ?? Number.NaN });
      const published = message();
      const position = await log.append({ ...route(filter), message: published });
      expect(position).toBe(positionOf(NOW_MS + 3_500, published.messageId));
      expect(await stragglersOf(filter)).toStrictEqual([{ ...published, position, log: `${filter}#late` }]);
      expect(await all({ filter })).toMatchObject([{ messageId: published.messageId }]);
    });

    it('gives up when every write takes that long', async () => {
      let nowMs = NOW_MS;
      const log = logWith({
        settleSeconds: 4,
        clock: () => {
          nowMs += 4_000;
          return nowMs;
        },
      });
      const append = log.append({ ...route(newFilter()), message: message() });
      await expect(append).rejects.toMatchObject({ code: 'store.unavailable' });
    });

    it('reads from a position, itself included, up to a position, itself excluded', async () => {
      const filter = newFilter();
      const positions: string[] = [];
      for (const receivedAtMs of [NOW_MS, NOW_MS + 1, NOW_MS + 2, NOW_MS + 3]) {
        positions.push(await logAt(NOW_MS).append({ ...route(filter), message: message({ receivedAtMs }) }));
      }
      const [, from = '', , upTo = ''] = positions;
      expect((await all({ filter, from, upTo })).map(({ position }) => position)).toEqual(
        positions.slice(1, 3),
      );
      expect(await all({ filter, from: upTo, upTo })).toEqual([]);
      expect(await all({ filter, from: upTo, upTo: from })).toEqual([]);
    });

    it.each([
      ['all young', NOW_MS],
      ['half young, half old', NOW_MS + 6_020],
      ['all old', NOW_MS + 60_000],
    ])('merges the shards of a filter by position, page by page: %s', async (_, readAtMs) => {
      const filter = newFilter();
      const appends = Array.from({ length: 40 }, (_each, index) =>
        logAt(NOW_MS).append({
          filter,
          shards: 3,
          retainSeconds: 60,
          message: message({ topic: `topic/${index % 7}`, receivedAtMs: NOW_MS + index }),
        }),
      );
      const positions = (await Promise.all(appends)).sort();
      for (const pageBytes of [undefined, 1, 3_000]) {
        const read = { filter, shards: 3, ...(pageBytes === undefined ? {} : { pageBytes }) };
        expect((await all(read, readAtMs)).map(({ position }) => position)).toEqual(positions);
      }
      const limited = await all({ filter, shards: 3, limit: 11 }, readAtMs);
      expect(limited.map(({ position }) => position)).toEqual(positions.slice(0, 11));
    });

    it('keeps a topic in one shard, whatever else is published', async () => {
      const filter = newFilter();
      const append = { filter, shards: 4, retainSeconds: 60 };
      for (let index = 0; index < 6; index += 1)
        await logAt(NOW_MS).append({ ...append, message: message() });
      const counts = [];
      for (const shards of [1, 2, 3, 4]) counts.push((await all({ filter, shards })).length);
      expect(counts.filter((count) => count !== 0 && count !== 6)).toEqual([]);
      expect(counts.at(-1)).toBe(6);
    });

    it('gives one message back from where a reader found it, also when its filter has more shards by now', async () => {
      const filter = newFilter();
      const topics = ['a', 'b', 'c', 'd', 'e', 'f'];
      for (const topic of topics) {
        await logAt(NOW_MS).append({ ...route(filter), shards: 2, message: message({ topic }) });
      }
      await logAt(NOW_MS + 9_000).append({ ...route(filter), message: message({ topic: 'late' }) });
      const found = [...(await all({ filter, shards: 5 })), ...(await stragglersOf(filter))];
      expect(found.map(({ topic }) => topic).sort()).toEqual([...topics, 'late']);
      for (const each of found) {
        expect(await logAt(NOW_MS).get(each.log, each.position)).toStrictEqual(each);
      }
      const [first] = found;
      expect(await logAt(NOW_MS).get(first?.log ?? '', positionAt(NOW_MS))).toBeUndefined();
    });

    it('gives everything that was appended, stragglers in the place of their append, to who reads to the end', async () => {
      const filter = newFilter();
      const topics = ['first', 'late', 'last'];
      const times = [NOW_MS, NOW_MS + 9_000, NOW_MS + 10_000];
      for (const [index, topic] of topics.entries()) {
        const receivedAtMs = topic === 'last' ? NOW_MS + 10_000 : NOW_MS;
        const append = { ...route(filter), message: message({ topic, receivedAtMs }) };
        await logAt(times[index] ?? NOW_MS).append(append);
      }
      const found: string[] = [];
      const range = { filter, shards: 1, from: LOG_START };
      for await (const { topic } of logAt(NOW_MS + 10_000).readAppended(range)) found.push(topic);
      expect(found).toEqual(topics);
      expect((await all({ filter })).map(({ topic }) => topic)).toEqual(['first', 'last']);
    });

    it('counts what was appended in time against a limit, and nothing else', async () => {
      const filter = newFilter();
      const topics = ['late', 'first', 'second', 'third'];
      for (const [index, topic] of topics.entries()) {
        const nowMs = NOW_MS + 9_000 + index;
        const receivedAtMs = topic === 'late' ? NOW_MS : nowMs;
        await logAt(nowMs).append({ ...route(filter), message: message({ topic, receivedAtMs }) });
      }
      const limited = await Promise.all([0, 2, 9].map((limit) => all({ filter, limit }, NOW_MS + 60_000)));
      expect(limited.map((found) => found.map(({ topic }) => topic))).toEqual([
        [],
        ['first', 'second'],
        ['first', 'second', 'third'],
      ]);
    });

    it('reads to the end over many pages', async () => {
      const filter = newFilter();
      const topics = Array.from({ length: 40 }, (_, index) => `topic ${index}`);
      for (const [index, topic] of topics.entries()) {
        const receivedAtMs = NOW_MS + index;
        await logAt(receivedAtMs).append({ ...route(filter), message: message({ topic, receivedAtMs }) });
      }
      const found: string[] = [];
      const range = { filter, shards: 1, from: LOG_START, pageBytes: 3_000 };
      for await (const { topic } of logAt(NOW_MS + 20_000).readAppended(range)) found.push(topic);
      expect(found).toEqual(topics);
    });

    it('keeps the logs of filters apart that begin alike', async () => {
      const prefix = randomUUID();
      const filters = [prefix, `${prefix}/`, `${prefix}/#`, `${prefix}/+`, `${prefix}#0`];
      for (const filter of filters) {
        await logAt(NOW_MS).append({ ...route(filter), message: message({ topic: filter }) });
      }
      for (const filter of filters) {
        expect(await all({ filter, shards: 3 })).toMatchObject([{ topic: filter }]);
      }
    });

    it('stops fetching when the reader stops', async () => {
      const filter = newFilter();
      for (let index = 0; index < 4; index += 1)
        await logAt(NOW_MS).append({ ...route(filter), message: message() });
      const range = { filter, shards: 2, from: LOG_START, upTo: positionAt(NOW_MS + 1), pageBytes: 1 };
      for await (const logged of logAt(NOW_MS).read(range)) {
        expect(logged.topic).toBe('a/b');
        break;
      }
    });
  });
}
