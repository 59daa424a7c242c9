import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Flow, startFlow } from '#session/flow/flow';
import type { LoggedMessage, Message } from '#session/message';
import { LOG_START, positionAt, positionOf } from '#session/position';
import type { FlowStore } from '#store/inflight/flows';
import type { MessageLog, MessageLogOptions } from '#store/messages/message-log';
import type { RetainedMessages } from '#store/retained/retained-messages';
import type { Acceptance } from '#store/transactions/acceptance';

const NOW_MS = 1_795_000_000_000;

export interface AcceptanceStores {
  acceptanceWith(options: MessageLogOptions): Acceptance;
  logWith(options: MessageLogOptions): MessageLog;
  flows(): FlowStore;
  retained(clock: () => number): RetainedMessages;
}

/** What every acceptance of QoS 2 messages does. */
export function acceptanceContract({ acceptanceWith, logWith, flows, retained }: AcceptanceStores): void {
  describe('acceptance of QoS 2 messages', () => {
    const optionsAt = (nowMs: number) => ({ settleSeconds: 4, clock: () => nowMs });
    const acceptance = (nowMs = NOW_MS) => acceptanceWith(optionsAt(nowMs));
    let flow: Flow;
    let filters: [string, string];
    beforeEach(() => {
      flow = { ...startFlow(`client ${randomUUID()}`, '1:a', 'c1', positionAt(NOW_MS)), inbound: [7] };
      filters = [`${randomUUID()}/#`, `${randomUUID()}/+`];
    });

    function message(more: Partial<Message> = {}): Message {
      const payload = new Uint8Array([1, 2, 3]);
      return { messageId: randomUUID(), topic: 'a/b', payload, qos: 2, receivedAtMs: NOW_MS, ...more };
    }

    const appendsOf = (published: Message, to: readonly string[] = filters) =>
      to.map((filter) => ({ filter, shards: 2, retainSeconds: 60, message: published }));

    async function logged(filter: string): Promise<LoggedMessage[]> {
      const found: LoggedMessage[] = [];
      const log = logWith(optionsAt(NOW_MS));
      const range = { filter, from: LOG_START, upTo: positionAt(NOW_MS + 60_000) };
      for await (const each of log.read({ ...range, shards: 2 })) found.push(each);
      for await (const each of log.readStragglers(range)) found.push(each);
      return found;
    }

    it('logs the message for each filter and writes the flow, together [MQTT-4.3.3-8]', async () => {
      const published = message();
      const write = await acceptance().accept({
        appends: appendsOf(published),
        flow,
        expectedRevision: undefined,
      });
      expect(write).toMatchObject({ written: true, flow: { inbound: [7] } });
      expect(await flows().get(flow.clientId)).toStrictEqual(write.written && write.flow);
      const position = positionOf(NOW_MS, published.messageId);
      for (const filter of filters) expect(await logged(filter)).toMatchObject([{ ...published, position }]);
    });

    it('does neither when another write came first, and says what is there [MQTT-4.3.3-10]', async () => {
      const first = await flows().write(flow, undefined);
      if (!first.written) throw new Error('not written');
      for (const expectedRevision of [undefined, first.flow.revision - 1]) {
        const write = await acceptance().accept({ appends: appendsOf(message()), flow, expectedRevision });
        expect(write).toStrictEqual({ written: false, current: first.flow });
      }
      for (const filter of filters) expect(await logged(filter)).toEqual([]);
    });

    it('does neither when the flow has been removed', async () => {
      const accept = { appends: appendsOf(message()), flow, expectedRevision: 7 };
      expect(await acceptance().accept(accept)).toStrictEqual({ written: false });
      expect(await logged(filters[0])).toEqual([]);
    });

    it('lets one of many rivals through, with its message', async () => {
      const start = await flows().write({ ...flow, inbound: [] }, undefined);
      if (!start.written) throw new Error('not written');
      const published = Array.from({ length: 8 }, () => message());
      const writes = await Promise.all(
        published.map((each, index) =>
          acceptance().accept({
            appends: appendsOf(each),
            flow: { ...start.flow, inbound: [index + 1] },
            expectedRevision: start.flow.revision,
          }),
        ),
      );
      const winner = writes.findIndex((write) => write.written);
      expect(writes.filter((write) => write.written)).toHaveLength(1);
      expect((await flows().get(flow.clientId))?.inbound).toEqual([winner + 1]);
      for (const filter of filters) {
        expect(await logged(filter)).toMatchObject([{ messageId: published[winner]?.messageId }]);
      }
    });

    it('takes several messages at once', async () => {
      const published = [message({ receivedAtMs: NOW_MS + 1 }), message({ receivedAtMs: NOW_MS + 2 })];
      const appends = published.flatMap((each) => appendsOf(each));
      const write = await acceptance().accept({ appends, flow, expectedRevision: undefined });
      expect(write.written).toBe(true);
      for (const filter of filters) {
        expect(await logged(filter)).toMatchObject(published.map(({ messageId }) => ({ messageId })));
      }
    });

    it('writes the flow alone when no filter is durable', async () => {
      const accept = { appends: [], flow, expectedRevision: undefined };
      expect(await acceptance().accept(accept)).toMatchObject({ written: true, flow: { inbound: [7] } });
      expect(await acceptance().accept(accept)).toMatchObject({ written: false, current: { inbound: [7] } });
    });

    it('logs a message that was received long ago now, so that it is not inserted behind cursors', async () => {
      const late = message({ receivedAtMs: NOW_MS - 3_000 });
      await acceptance().accept({ appends: appendsOf(late), flow, expectedRevision: undefined });
      const position = positionOf(NOW_MS, late.messageId);
      expect(await logged(filters[0])).toMatchObject([{ ...late, position }]);
    });

    it('logs nothing before what the same client sent earlier, and says when it did', async () => {
      const fresh = message();
      const appends = appendsOf(fresh).map((append) => ({ ...append, notBeforeMs: NOW_MS + 20 }));
      const write = await acceptance().accept({ appends, flow, expectedRevision: undefined });
      expect(write).toMatchObject({ written: true, appendedAtMs: NOW_MS + 20 });
      const position = positionOf(NOW_MS + 20, fresh.messageId);
      expect(await logged(filters[0])).toMatchObject([{ ...fresh, position }]);
    });

    it('logs the message once more when that took so long that a reader may have passed', async () => {
      const times = [NOW_MS, NOW_MS + 3_500, NOW_MS + 3_510, NOW_MS + 3_520];
      const slow = acceptanceWith({ settleSeconds: 4, clock: () => times.shift() ?? Number.NaN });
      const published = message();
      const appends = appendsOf(published, [filters[0]]);
      expect(await slow.accept({ appends, flow, expectedRevision: undefined })).toMatchObject({
        written: true,
      });
      const positions = (await logged(filters[0])).map(({ position }) => position);
      expect(positions).toEqual(
        [NOW_MS, NOW_MS + 3_510].map((atMs) => positionOf(atMs, published.messageId)),
      );
    });

    it.each([
      { what: 'more filters', count: 120, more: {} },
      { what: 'more bytes', count: 20, more: { payload: new Uint8Array(250_000) } },
      {
        what: 'more bytes of properties',
        count: 20,
        more: { userProperties: [{ name: 'site', value: '水'.repeat(80_000) }] },
      },
    ])(
      'logs a message for $what than one transaction takes, and writes the flow',
      async ({ count, more }) => {
        const all = Array.from({ length: count }, (_, index) => `${filters[0]}${index}`);
        const published = message(more);
        const accept = { appends: appendsOf(published, all), flow, expectedRevision: undefined };
        expect(await acceptance().accept(accept)).toMatchObject({ written: true, appendedAtMs: NOW_MS });
        const found = await Promise.all(all.map(logged));
        expect(found.map((each) => each.map(({ messageId }) => messageId))).toEqual(
          all.map(() => [published.messageId]),
        );
        expect(await flows().get(flow.clientId)).toMatchObject({ inbound: [7] });
      },
    );

    describe('of a message with RETAIN', () => {
      const topic = () => `${filters[0]}`.replace('/#', '');

      async function retainedNow(): Promise<Message[]> {
        const found: Message[] = [];
        for await (const each of retained(() => NOW_MS).matching(topic())) found.push(each);
        return found;
      }

      const accepted = (published: Message, appends = appendsOf(published), expectedRevision?: number) =>
        acceptance().accept({ appends, flow, expectedRevision, retained: published });

      it('retains it together with the rest [MQTT-3.3.1-5]', async () => {
        const published = message({ topic: topic(), retain: true });
        expect(await accepted(published)).toMatchObject({ written: true, appendedAtMs: NOW_MS });
        expect(await retainedNow()).toStrictEqual([published]);
        expect(await logged(filters[0])).toHaveLength(1);
      });

      it('retains it though nobody waits for it', async () => {
        const published = message({ topic: topic(), retain: true });
        expect(await accepted(published, [])).toMatchObject({ written: true, flow: { inbound: [7] } });
        expect(await retainedNow()).toStrictEqual([published]);
        expect(await flows().get(flow.clientId)).toMatchObject({ inbound: [7] });
      });

      it('does not retain it when another write came first', async () => {
        await flows().write(flow, undefined);
        expect(await accepted(message({ topic: topic(), retain: true }))).toMatchObject({ written: false });
        expect(await retainedNow()).toEqual([]);
      });

      it('takes it over though a newer one is retained, which stays', async () => {
        const newer = message({ topic: topic(), retain: true, receivedAtMs: NOW_MS + 1 });
        await retained(() => NOW_MS).set(newer);
        const write = await accepted(message({ topic: topic(), retain: true }));
        expect(write).toMatchObject({ written: true, flow: { inbound: [7] } });
        expect(await retainedNow()).toStrictEqual([newer]);
        expect(await logged(filters[0])).toHaveLength(1);
      });

      it('takes away what is retained when it is empty [MQTT-3.3.1-6]', async () => {
        await retained(() => NOW_MS).set(message({ topic: topic(), retain: true }));
        await accepted(message({ topic: topic(), retain: true, payload: new Uint8Array() }));
        expect(await retainedNow()).toEqual([]);
      });
    });

    it('writes nothing when a message is too large', async () => {
      const huge = message({ payload: new Uint8Array(410_000) });
      const accept = acceptance().accept({ appends: appendsOf(huge), flow, expectedRevision: undefined });
      await expect(accept).rejects.toMatchObject({ code: 'store.refused' });
      expect(await flows().get(flow.clientId)).toBeUndefined();
    });
  });
}
