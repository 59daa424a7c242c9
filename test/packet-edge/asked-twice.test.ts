import { describe, expect, it } from 'vitest';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import {
  type Answered,
  askedAtOnce,
  askedOnce,
  connectPacket,
  publishPacket,
  requestOf,
  subscribePacket,
} from './clients/asked-twice.ts';
import { packetEdge, type TestEdge } from './dependencies.ts';

const START_MS = 1_795_000_000_000;
const TIMES = 6;

/** An edge whose clock a test sets. */
function started() {
  const now = { ms: START_MS };
  const edge = packetEdge(memoryTables(), { clock: () => now.ms });
  return { edge, now };
}

const kinds = ({ sent }: Answered) => sent.map(({ cmd }) => cmd);

async function connected(edge: TestEdge, clientId: string, connection: string, more: object = {}) {
  const { context } = await askedOnce(
    edge,
    requestOf({ connection }, START_MS, connectPacket(clientId, more)),
  );
  return { connection, context };
}

/** A client that has subscribed, and how often it has been sent what it subscribed to. */
async function listening(edge: TestEdge, filter: string) {
  const { connection, context } = await connected(edge, `listens to ${filter}`, `to-${filter.length}`);
  const subscribed = await askedOnce(
    edge,
    requestOf({ connection, context }, START_MS + 1, subscribePacket(filter)),
  );
  return { connection, context: subscribed.context };
}

describe('the same request to several instances at once', () => {
  it('is one message of QoS 2 [MQTT-4.3.3-10]', async () => {
    const { edge } = started();
    const listener = await listening(edge, 'a');
    const publisher = await connected(edge, 'publisher', 'p');
    const answers = await askedAtOnce(edge, requestOf(publisher, START_MS + 9, publishPacket('a', 7)), TIMES);
    expect(answers.map(kinds)).toEqual(Array.from({ length: TIMES }, () => ['pubrec']));
    const looked = await askedOnce(edge, requestOf({ ...listener, look: {} }, START_MS + 10));
    expect(kinds(looked)).toEqual(['publish']);
    expect((await edge.flows.get('publisher'))?.inbound).toEqual([7]);
  });

  it('keeps the order of all that it brings [MQTT-4.6.0-5]', async () => {
    const { edge } = started();
    const listener = await listening(edge, '+');
    const publisher = await connected(edge, 'publisher', 'p');
    const packets = Array.from({ length: 9 }, (_, index) =>
      publishPacket('a', index + 1, { payload: `${index}`, qos: (index % 2) + 1 }),
    );
    await askedAtOnce(edge, requestOf(publisher, START_MS + 9, ...packets), TIMES);
    const { sent } = await askedOnce(edge, requestOf({ ...listener, look: {} }, START_MS + 30));
    const payloads = sent.map((packet) => (packet.cmd === 'publish' ? packet.payload.toString() : ''));
    expect(payloads).toEqual(packets.map((_, index) => `${index}`));
  });

  it('sends what a client has not acknowledged in each answer, and changes the flow once [MQTT-4.4.0-1]', async () => {
    const { edge } = started();
    const listener = await listening(edge, 'a');
    const publisher = await connected(edge, 'publisher', 'p');
    await askedOnce(edge, requestOf(publisher, START_MS + 9, publishPacket('a', 7)));
    await askedOnce(edge, requestOf({ ...listener, look: {} }, START_MS + 10));
    const before = (await edge.flows.get('listens to a'))?.revision ?? 0;
    const again = requestOf({ connection: 'again' }, START_MS + 20, connectPacket('listens to a'));
    const answers = await askedAtOnce(edge, again, TIMES);
    for (const { sent } of answers) {
      expect(sent).toMatchObject([
        { cmd: 'connack', sessionPresent: true },
        { cmd: 'publish', dup: true },
      ]);
    }
    expect((await edge.flows.get('listens to a'))?.revision).toBe(before + 1);
  });
});

describe('a request that is made again because its answer was lost', () => {
  it('brings what that answer brought, until the carrier knows of it', async () => {
    const { edge } = started();
    const listener = await listening(edge, 'a');
    const publisher = await connected(edge, 'publisher', 'p');
    await askedOnce(edge, requestOf(publisher, START_MS + 9, publishPacket('a', 7)));
    const look = requestOf({ ...listener, look: {} }, START_MS + 10);
    const [lost, second] = [await askedOnce(edge, look), await askedOnce(edge, look)];
    expect(lost.sent).toMatchObject([{ cmd: 'publish', messageId: 1, dup: false }]);
    expect(second.sent).toMatchObject([{ cmd: 'publish', messageId: 1, dup: true }]);
    const { context } = second;
    const known = await askedOnce(edge, requestOf({ ...listener, context, look: {} }, START_MS + 11));
    expect(known.sent).toEqual([]);
  });

  it('answers PUBREL as it did [MQTT-4.3.3-11]', async () => {
    const { edge } = started();
    const publisher = await connected(edge, 'publisher', 'p');
    await askedOnce(edge, requestOf(publisher, START_MS + 1, publishPacket('a', 7)));
    const pubrel = requestOf(publisher, START_MS + 2, { cmd: 'pubrel', messageId: 7 });
    for (const { sent } of [await askedOnce(edge, pubrel), await askedOnce(edge, pubrel)])
      expect(sent).toMatchObject([{ cmd: 'pubcomp', reasonCode: 0 }]);
  });

  it('names a client without a name as it did [MQTT-3.2.2-16]', async () => {
    const { edge } = started();
    const connect = requestOf({ connection: 'nameless' }, START_MS, connectPacket('', { clean: true }));
    const [first, second] = [await askedOnce(edge, connect), await askedOnce(edge, connect)];
    expect(first.context?.clientId).toMatch(/nameless/);
    expect(second.context?.clientId).toBe(first.context?.clientId);
  });

  it('brings the retained messages of a new subscription with Retain Handling 1 [MQTT-3.3.1-10]', async () => {
    const { edge } = started();
    const publisher = await connected(edge, 'publisher', 'p');
    await askedOnce(edge, requestOf(publisher, START_MS + 1, publishPacket('a', 7, { retain: true })));
    const subscriber = await connected(edge, 'subscriber', 's');
    const subscribe = requestOf(subscriber, START_MS + 5, subscribePacket('a', { rh: 1 }));
    const matching = () => {
      throw new Error('died');
    };
    const dying = { ...edge, retained: { ...edge.retained, matching } };
    await expect(askedOnce(dying, subscribe)).rejects.toThrow('died');
    expect(kinds(await askedOnce(edge, subscribe))).toEqual(['suback', 'publish']);
  });

  it('closes the connection that it has taken over, wherever it is [MQTT-3.1.4-3]', async () => {
    const { edge } = started();
    await edge.listeners.seen('elsewhere', START_MS);
    const old = requestOf({ connection: 'old', address: 'elsewhere' }, START_MS, connectPacket('client'));
    await askedOnce(edge, old);
    const connect = requestOf({ connection: 'new' }, START_MS + 9, connectPacket('client'));
    const told = { address: 'elsewhere', signals: [{ kind: 'takenOver', connectionId: 'old' }] };
    await askedOnce(edge, connect);
    await askedOnce(edge, connect);
    expect(edge.sentSignals).toEqual([told, told]);
  });
});

describe('an instance that goes on late', () => {
  it('enters no identifier that was released meanwhile [MQTT-4.3.3-12]', async () => {
    const { edge } = started();
    const listener = await listening(edge, 'a');
    const publisher = await connected(edge, 'publisher', 'p');
    const publish = requestOf(publisher, START_MS + 9, publishPacket('a', 7));
    await askedOnce(edge, publish);
    await askedOnce(edge, requestOf(publisher, START_MS + 10, { cmd: 'pubrel', messageId: 7 }));
    expect(kinds(await askedOnce(edge, publish))).toEqual(['pubrec']);
    expect((await edge.flows.get('publisher'))?.inbound).toEqual([]);
    const next = publishPacket('a', 7, { payload: 'next' });
    await askedOnce(edge, requestOf(publisher, START_MS + 11, next));
    const looked = await askedOnce(edge, requestOf({ ...listener, look: {} }, START_MS + 12));
    expect(kinds(looked)).toEqual(['publish', 'publish']);
  });

  it('does not release the next message of an identifier [MQTT-4.3.3-10]', async () => {
    const { edge } = started();
    const publisher = await connected(edge, 'publisher', 'p');
    const release = requestOf(publisher, START_MS + 2, { cmd: 'pubrel', messageId: 7 });
    await askedOnce(edge, requestOf(publisher, START_MS + 1, publishPacket('a', 7)));
    await askedOnce(edge, release);
    await askedOnce(edge, requestOf(publisher, START_MS + 3, publishPacket('a', 7, { payload: 'next' })));
    await askedOnce(edge, release);
    expect((await edge.flows.get('publisher'))?.inbound).toEqual([7]);
  });

  it('does not take a session back from a newer connection [MQTT-3.1.4-3]', async () => {
    const { edge } = started();
    const connect = requestOf({ connection: 'old' }, START_MS, connectPacket('client'));
    await askedOnce(edge, connect);
    await connected(edge, 'client', 'new');
    expect(await askedOnce(edge, connect)).toMatchObject({ close: true, sent: [] });
    const session = await edge.sessions.get('client');
    expect(session?.connections.at(-1)?.sessionIdentifier).toBe('new');
  });

  it('brings no message as retained that has come by itself [MQTT-3.3.1-8]', async () => {
    const { edge, now } = started();
    const subscriber = await connected(edge, 'subscriber', 's');
    const subscribe = requestOf(subscriber, START_MS + 1, subscribePacket('a'));
    const { context } = await askedOnce(edge, subscribe);
    const publisher = await connected(edge, 'publisher', 'p');
    await askedOnce(edge, requestOf(publisher, START_MS + 5, publishPacket('a', 7, { retain: true })));
    const { context: told } = await askedOnce(
      edge,
      requestOf({ ...subscriber, context, look: {} }, START_MS + 6),
    );
    const acknowledge = (['pubrec', 'pubcomp'] as const).map((cmd) => ({ cmd, messageId: 1 }));
    await askedOnce(edge, requestOf({ ...subscriber, context: told }, START_MS + 7, ...acknowledge));
    now.ms += 30_000;
    // What was taken so long ago is no longer remembered one by one.
    await askedOnce(edge, requestOf(publisher, now.ms, publishPacket('a', 8)));
    await askedOnce(edge, requestOf({ ...subscriber, context: told, look: {} }, now.ms));
    const { sent } = await askedOnce(edge, subscribe);
    // The other message, which the subscriber has not acknowledged.
    expect(sent).toMatchObject([{ cmd: 'suback' }, { cmd: 'publish', messageId: 2 }]);
  });
});

describe('a message of QoS 2 that its client sends again on another connection', () => {
  const SHARED = '$share/group/a';

  async function publishedTwice(edge: TestEdge) {
    const member = await listening(edge, SHARED);
    const publisher = await connected(edge, 'publisher', 'p');
    await askedOnce(edge, requestOf(publisher, START_MS + 9, publishPacket('a', 7)));
    const again = await connected(edge, 'publisher', 'q');
    const answer = await askedOnce(
      edge,
      requestOf(again, START_MS + 20, publishPacket('a', 7, { dup: true })),
    );
    return { member, answer };
  }

  it('comes to its share group once [MQTT-4.3.3-10]', async () => {
    const { edge } = started();
    const { member, answer } = await publishedTwice(edge);
    expect(kinds(answer)).toEqual(['pubrec']);
    const looked = await askedOnce(edge, requestOf({ ...member, look: {} }, START_MS + 30));
    expect(kinds(looked)).toEqual(['publish']);
  });

  it('comes to it though who gave it to a member died before it was in its log', async () => {
    const { edge } = started();
    const { assignments, log } = edge;
    const dying = {
      ...edge,
      assignments: {
        ...assignments,
        assign: async (...given: Parameters<typeof assignments.assign>) => {
          await assignments.assign(...given);
          throw new Error('died');
        },
      },
      log,
    };
    const member = await listening(edge, SHARED);
    const publisher = await connected(edge, 'publisher', 'p');
    const publish = requestOf(publisher, START_MS + 9, publishPacket('a', 7));
    await expect(askedOnce(dying, publish)).rejects.toThrow('died');
    const looked = await askedOnce(edge, requestOf({ ...member, look: {} }, START_MS + 30));
    expect(kinds(looked)).toEqual(['publish']);
  });

  it('is retained though who accepted it died right after [MQTT-3.3.1-5]', async () => {
    const { edge } = started();
    const { acceptance } = edge;
    const dying = {
      ...edge,
      acceptance: {
        accept: async (accept: Parameters<typeof acceptance.accept>[0]) => {
          await acceptance.accept(accept);
          throw new Error('died');
        },
      },
    };
    await listening(edge, 'a');
    const publisher = await connected(edge, 'publisher', 'p');
    const publish = requestOf(publisher, START_MS + 9, publishPacket('a', 7, { retain: true }));
    await expect(askedOnce(dying, publish)).rejects.toThrow('died');
    const retained: string[] = [];
    for await (const { topic } of edge.retained.matching('a')) retained.push(topic);
    expect(retained).toEqual(['a']);
  });
});

describe('a client that returns right after its SUBSCRIBE', () => {
  it('looks again once the index of subscribers has it for sure', async () => {
    const { edge, now } = started();
    await listening(edge, 'a');
    const returned = await askedOnce(
      edge,
      requestOf({ connection: 'again' }, START_MS + 9, connectPacket('listens to a')),
    );
    expect(returned.lookAfterMs).toBe(1_500);
    now.ms += 1_600;
    const { context } = returned;
    const looked = await askedOnce(edge, requestOf({ connection: 'again', context, look: {} }, now.ms));
    expect(looked.lookAfterMs).toBeUndefined();
  });
});
