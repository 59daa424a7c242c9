import { randomUUID } from 'node:crypto';
import type { Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { parseMemberEnd } from '#edge/queue-requests';
import type { MemberEnd } from '#edge/requests';
import { cleanUp } from '#edge/session-end/session-end';
import { REASSIGNED_MESSAGES } from '#packet-edge/limits';
import { reassignShared } from '#packet-edge/share-groups/share-reassignment';
import { createShareGroupStore } from '#store/share-groups/share-groups';
import { useTables } from '#test/store/dynamodb/started-tables';
import type { TestTables } from '#test/store/dynamodb/tables';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import {
  type Ask,
  askedOnce,
  connectPacket,
  publishPacket,
  requestOf,
  subscribePacket,
} from '../clients/asked-twice.ts';
import { packetEdge } from '../dependencies.ts';

const START_MS = 1_795_000_000_000;
const tables = useTables();

/** A share group of which one member has messages waiting, and its session ends. */
async function started({ names, newClient }: Pick<TestTables, 'names' | 'newClient'> = tables()) {
  const now = { ms: START_MS };
  const topic = randomUUID();
  const named = (name: string) => `${name} of ${topic}`;
  const leaving = named('leaves');
  const edge = packetEdge({ names, newClient }, { clock: () => now.ms });
  const contexts = new Map<string, Ask['context']>();
  const ask = async (name: string, look?: Ask['look'], ...packets: readonly Packet[]) => {
    now.ms += 10;
    const connection = named(name);
    const context = contexts.get(connection);
    const answer = await askedOnce(edge, requestOf({ connection, context, look }, now.ms, ...packets));
    contexts.set(connection, answer.context);
    return answer.sent;
  };
  const join = async (clientId: string) => {
    await ask(clientId, undefined, connectPacket(named(clientId)));
    await ask(clientId, undefined, subscribePacket(`$share/group/${topic}`));
  };
  const published = (messageId: number, payload: string, qos: 0 | 1 | 2, more: object = {}) =>
    ask('publisher', undefined, publishPacket(topic, messageId, { payload, qos, ...more }));
  const lose = async (name: string) => {
    const connection = named(name);
    const request = requestOf({ connection, context: contexts.get(connection) }, now.ms);
    await askedOnce(edge, { ...request, closed: { reason: 'CONNECTION_LOST', atMs: now.ms } });
  };
  /** The session of the one that leaves ends. */
  const expire = async () => {
    now.ms += 60_000;
    const session = await edge.sessions.get(leaving);
    if (session === undefined) throw new Error('There is no session');
    const ended = { ...session, status: 'ended', revision: session.revision + 1 } as const;
    await edge.sessions.write(ended, session.revision);
    const { incarnation } = session;
    return { session, memberEnd: { kind: 'memberEnded', clientId: leaving, incarnation } as const };
  };
  /** And what it left is cleaned up. */
  const end = async () => {
    const { session, memberEnd } = await expire();
    const lost: unknown[] = [];
    await cleanUp(
      { session, reason: 'expired', endedAtMs: now.ms, announce: true, isRemoved: false },
      {
        ...edge,
        messages: edge.log,
        shareGroups: createShareGroupStore(newClient(), names.routes),
        history: { append: async () => undefined },
        publish: async (events) => {
          for (const { detailType, detail } of events) {
            if (detailType === 'session.expired') lost.push(detail.lost?.messages);
          }
        },
      },
    );
    return { lost, memberEnd };
  };
  await ask('publisher', undefined, connectPacket(named('publisher')));
  await join('leaves');
  // It has a flow, as any client to which something was sent.
  await published(100, 'before', 1);
  const [before] = await ask('leaves', {});
  await ask('leaves', undefined, { cmd: 'puback', messageId: before?.messageId ?? 0 });
  const wait = (milliseconds: number) => {
    now.ms += milliseconds;
  };
  return { wait, edge, leaving, expire, named, ask, join, published, lose, end };
}

const payloads = (sent: readonly Packet[]) =>
  sent.flatMap((packet) => (packet.cmd === 'publish' ? [packet.payload.toString()] : []));

describe('what was given to a member of a share group whose session has ended', () => {
  it('goes to a member that is online: what it was not sent, or with QoS 1 and has not acknowledged', async () => {
    const { wait, edge, leaving, named, ask, join, published, lose, end } = await started();
    await published(1, 'acknowledged', 1);
    await published(2, 'sent once', 1);
    await published(3, 'sent exactly once', 2);
    const sent = await ask('leaves', {});
    await ask('leaves', undefined, { cmd: 'puback', messageId: sent[0]?.messageId ?? 0 });
    await published(4, 'waits, once', 1);
    await published(5, 'waits, exactly once', 2);
    await published(6, 'for who is there', 0);
    await published(7, 'expires', 1, { properties: { messageExpiryInterval: 9 } });
    await join('stays');
    await lose('leaves');
    const { lost, memberEnd } = await end();
    expect(edge.requests.of('packetRequests')).toContainEqual({ queue: 'packetRequests', body: memberEnd });

    // However often it is done, and wherever whoever did it has died.
    const dying = { ...edge, flows: { ...edge.flows, remove: () => Promise.reject(new Error('died')) } };
    await expect(reassignShared(memberEnd, dying)).rejects.toThrow('died');
    const received = payloads(await ask('stays', {}));
    // Long afterwards, when it has taken others, and what it took before is no longer remembered one by one.
    wait(60_000);
    await published(8, 'later', 1);
    await ask('stays', {});
    expect(await reassignShared(memberEnd, edge)).toBe(3);
    expect(await reassignShared(memberEnd, edge)).toBe(0);

    const signals = edge.sentSignals.flatMap((each) => each.signals);
    expect(signals).toContainEqual(expect.objectContaining({ kind: 'look', connectionId: named('stays') }));
    expect(payloads(await ask('stays', {}))).toEqual([]);
    expect(received.sort()).toEqual(['sent once', 'waits, exactly once', 'waits, once']);
    // [MQTT-4.8.2-5]
    expect(lost).toEqual([1]);
    expect(await edge.flows.get(leaving)).toBeUndefined();
  });

  it('is given away in as many runs as it takes, in its order', async () => {
    const { wait, edge, ask, join, published, lose, expire } = await started(memoryTables());
    const sent = Array.from({ length: 2 * REASSIGNED_MESSAGES + 1 }, (_, index) => `${index}`);
    for (const [index, payload] of sent.entries()) await published(index + 1, payload, 1);
    await join('stays');
    await lose('leaves');
    const { memberEnd } = await expire();

    const given: number[] = [];
    for (let request: MemberEnd | undefined = memberEnd; request !== undefined && given.length < 9; ) {
      edge.requests.all.length = 0;
      given.push(await reassignShared(request, edge));
      wait(5_000);
      request = edge.requests.of('packetRequests').map(({ body }) => parseMemberEnd(body))[0];
    }

    expect(given).toEqual([REASSIGNED_MESSAGES, REASSIGNED_MESSAGES, 1]);
    const received: string[] = [];
    for (let packets = await ask('stays', {}); packets.length > 0; ) {
      received.push(...payloads(packets));
      const acknowledgements = packets.map(({ messageId = 0 }) => ({ cmd: 'puback' as const, messageId }));
      packets = await ask('stays', {}, ...acknowledgements);
    }
    expect(received).toEqual(sent);
  });

  it('waits for a member that is away when nobody is online', async () => {
    const { edge, named, ask, join, published, lose, end } = await started();
    await published(1, 'waits', 2);
    await join('stays');
    for (const each of ['stays', 'leaves']) await lose(each);
    const { memberEnd } = await end();
    expect(await reassignShared(memberEnd, edge)).toBe(1);
    expect(payloads(await ask('returns', undefined, connectPacket(named('stays'))))).toEqual(['waits']);
  });

  it('is nobody’s when there is no other member', async () => {
    const { edge, leaving, published, lose, end } = await started();
    await published(1, 'waits', 1);
    await lose('leaves');
    const { memberEnd } = await end();
    expect(await reassignShared(memberEnd, edge)).toBe(0);
    expect(await edge.flows.get(leaving)).toBeUndefined();
  });

  it('is left alone when nobody knows what has reached it', async () => {
    const { edge, leaving, ask, join, published, lose, end } = await started();
    await published(1, 'waits', 2);
    await join('stays');
    await lose('leaves');
    const { memberEnd } = await end();
    await edge.flows.remove(leaving, memberEnd.incarnation);
    expect(await reassignShared(memberEnd, edge)).toBe(0);
    expect(payloads(await ask('stays', {}))).toEqual([]);
  });
});
