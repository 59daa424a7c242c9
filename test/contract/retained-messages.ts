import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '#session/message';
import { positionAt } from '#session/position';
import type { RetainedMessages } from '#store/retained/retained-messages';

const NOW_MS = 1_795_000_000_000;

/** What every store of retained messages does. */
export function retainedMessagesContract(storeAt: (clock: () => number) => RetainedMessages): void {
  describe('retained messages', () => {
    const store = (nowMs = NOW_MS) => storeAt(() => nowMs);
    let first: string;
    beforeEach(() => {
      first = randomUUID();
    });

    function message(topic: string, more: Partial<Message> = {}): Message {
      const payload = new Uint8Array([1, 2, 3]);
      return { messageId: randomUUID(), topic, payload, qos: 1, receivedAtMs: NOW_MS, ...more };
    }

    async function found(filter: string, nowMs = NOW_MS): Promise<Message[]> {
      const messages: Message[] = [];
      for await (const each of store(nowMs).matching(filter)) messages.push(each);
      return messages;
    }

    const topicsOf = async (filter: string) => (await found(filter)).map(({ topic }) => topic).sort();

    it('gives a message back as it was published [MQTT-3.3.1-5]', async () => {
      const published = message(`${first}/a`, {
        qos: 2,
        retain: true,
        publisher: 'client/ü 1',
        messageExpiryInterval: 60,
        contentType: 'text/plain',
        utf8Payload: true,
        responseTopic: 'answers/1',
        correlationData: 'AQID',
        userProperties: [{ name: 'a', value: '' }],
      });
      await store().set(published);
      expect(await found(`${first}/a`)).toStrictEqual([published]);
      expect(await found(`${first}/+`)).toStrictEqual([published]);
    });

    it('keeps the newest of a topic, in whatever order they come [MQTT-3.3.1-5]', async () => {
      const newer = message(`${first}/a`, { receivedAtMs: NOW_MS + 5 });
      await store().set(message(`${first}/a`));
      await store().set(newer);
      await store().set(message(`${first}/a`, { receivedAtMs: NOW_MS + 4 }));
      expect(await found(`${first}/a`)).toStrictEqual([newer]);
    });

    it('removes the message of a topic, and an earlier one that comes late does not bring it back [MQTT-3.3.1-6]', async () => {
      await store().set(message(`${first}/a`));
      await store().remove(`${first}/a`, NOW_MS + 5);
      await store().set(message(`${first}/a`, { receivedAtMs: NOW_MS + 4 }));
      expect(await found(`${first}/#`)).toEqual([]);
      const newer = message(`${first}/a`, { receivedAtMs: NOW_MS + 6 });
      await store().set(newer);
      await store().remove(`${first}/a`, NOW_MS + 3);
      expect(await found(`${first}/#`)).toStrictEqual([newer]);
    });

    it('removes what is not there', async () => {
      await store().remove(`${first}/a`, NOW_MS);
      expect(await found(`${first}/a`)).toEqual([]);
    });

    it('leaves out what has expired [MQTT-3.3.2-5]', async () => {
      await store().set(message(`${first}/a`, { messageExpiryInterval: 10 }));
      await store().set(message(`${first}/b`));
      expect(await found(`${first}/#`, NOW_MS + 9_999)).toHaveLength(2);
      expect(await found(`${first}/#`, NOW_MS + 10_000)).toMatchObject([{ topic: `${first}/b` }]);
    });

    it.each<[string, string[]]>([
      ['', ['']],
      ['/#', ['', '/', '/a', '/a/', '/a/b', '/ab', '/b/c', '/ü/ 1']],
      ['/+', ['/', '/a', '/ab']],
      ['/a/#', ['/a', '/a/', '/a/b']],
      ['/a/+', ['/a/', '/a/b']],
      ['/+/b', ['/a/b']],
      ['/+/+', ['/a/', '/a/b', '/b/c', '/ü/ 1']],
      ['/ü/+', ['/ü/ 1']],
      ['/a', ['/a']],
      ['/x', []],
      ['/x/#', []],
    ])(
      'finds below a first level what %s matches, and nothing else [MQTT-3.3.1-9]',
      async (filter, expected) => {
        for (const topic of ['', '/', '/a', '/a/', '/a/b', '/ab', '/b/c', '/ü/ 1']) {
          await store().set(message(first + topic));
        }
        expect(await topicsOf(first + filter)).toEqual(expected.map((topic) => first + topic).sort());
      },
    );

    it('finds what a filter with a wildcard in front matches, whatever the first level', async () => {
      const levels = ['', ...Array.from({ length: 20 }, () => randomUUID())];
      for (const level of levels) await store().set(message(`${level}/${first}`));
      await store().set(message(first));
      await store().set(message(`$${first}/${first}`));
      const expected = levels.map((level) => `${level}/${first}`).sort();
      expect(await topicsOf(`+/${first}`)).toEqual(expected);
      expect(await topicsOf(`+/${first}/#`)).toEqual(expected);
      const all = await topicsOf('#');
      expect(all).toEqual(expect.arrayContaining([...expected, first]));
      expect(new Set(all).size).toBe(all.length);
      const ofOneLevel = await topicsOf('+');
      expect(ofOneLevel).toContain(first);
      expect(ofOneLevel.filter((topic) => topic.includes('/'))).toEqual([]);
    });

    it('does not let a wildcard in front find a topic that begins with $ [MQTT-4.7.2-1]', async () => {
      const topic = `$${first}/a`;
      await store().set(message(topic));
      expect(await topicsOf('#')).not.toContain(topic);
      expect(await topicsOf('+/a')).not.toContain(topic);
      expect(await topicsOf(`$${first}/+`)).toEqual([topic]);
    });

    it('keeps first levels apart that begin alike', async () => {
      for (const level of [first, `${first}a`, `${first}#`]) await store().set(message(`${level}/x`));
      expect(await topicsOf(`${first}/#`)).toEqual([`${first}/x`]);
    });

    it('finds messages that fill more than one page', async () => {
      const payload = new Uint8Array(120_000);
      for (let index = 0; index < 12; index += 1)
        await store().set(message(`${first}/${index}`, { payload }));
      expect(await found(`${first}/+`)).toHaveLength(12);
    });

    it('is not misled by a topic that looks like a position in a log', async () => {
      const topic = positionLike(NOW_MS);
      await store().set(message(topic, { receivedAtMs: NOW_MS }));
      await store().set(message(topic, { receivedAtMs: NOW_MS + 1, qos: 2 }));
      expect(await found(topic)).toMatchObject([{ qos: 2, receivedAtMs: NOW_MS + 1 }]);
    });
  });
}

/** A topic whose first characters say the same time as a position of that time. */
function positionLike(atMs: number): string {
  return `${positionAt(atMs)}-${randomUUID()}`;
}
