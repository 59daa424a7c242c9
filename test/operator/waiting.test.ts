import fc from 'fast-check';
import type { IPublishPacket } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { pump } from '#delivery/pump';
import { countLost } from '#edge/session-end/lost-messages';
import { readSession } from '#operator/look-ups/session-view';
import { traceMessage } from '#operator/trace/trace';
import { countWaiting, type WaitingMessage, waitingMessages, waitingPage } from '#operator/waiting/waiting';
import { choosePolicy } from '#session/configuration/policy';
import type { Message } from '#session/message';
import { matches } from '#session/topics/topic-filter';
import type { MessageLog } from '#store/messages/message-log';
import { createShareGroupStore } from '#store/share-groups/share-groups';
import { openWaiting } from '#survey/open-waiting';
import { apiDependencies } from '#test/api/api-on-tables';
import { Edge, SECOND, settings } from '#test/edge/world/edge';
import { PacketClient } from '#test/packet-edge/clients/packet-client';
import { packetEdge } from '#test/packet-edge/dependencies';
import { randomSeed } from '#test/session/random-seed';
import type { TestTables } from '#test/store/dynamodb/tables';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { CONNECT } from './connect-packet.ts';

const START_MS = 1_795_000_000_000;

const FILTERS = ['a', 'a/+', 'a/#', '#', '+/b', 'c'] as const;
const TOPICS = ['a', 'a/b', 'c', 'c/b', 'd'] as const;
const MOST_MESSAGES = 24;

interface Published {
  readonly topic: string;
  readonly qos: 0 | 1;
  readonly isOwn: boolean;
  /** Seconds; absent: does not expire. */
  readonly expiry: number | undefined;
}

const subscriptions = fc.uniqueArray(
  fc.record({
    filter: fc.constantFrom(...FILTERS),
    qos: fc.constantFrom(0 as const, 1 as const),
    noLocal: fc.boolean(),
  }),
  { selector: ({ filter }) => filter, minLength: 1, maxLength: 4 },
);
const published: fc.Arbitrary<Published> = fc.record({
  topic: fc.constantFrom(...TOPICS),
  qos: fc.constantFrom(0 as const, 1 as const),
  isOwn: fc.boolean(),
  expiry: fc.constantFrom(undefined, undefined, 5, 100_000),
});
const scenario = fc.record({
  subscriptions,
  published: fc.array(published, { maxLength: MOST_MESSAGES }),
  /** The broker has told which QoS it has granted. */
  isQosKnown: fc.boolean(),
  /** So many are brought before the connection goes on without the service. */
  brought: fc.integer({ min: 0, max: MOST_MESSAGES }),
  queueQos0: fc.boolean(),
  limit: fc.integer({ min: 1, max: 7 }),
});

/** Puts a message into the log of each filter that it matches, as whoever takes it in does. */
async function publish(
  log: MessageLog,
  clientId: string,
  filters: readonly string[],
  { topic, qos, isOwn, expiry }: Published,
  { index, nowMs }: { readonly index: number; readonly nowMs: number },
): Promise<void> {
  const message: Message = {
    messageId: `message ${index}`,
    topic,
    qos,
    payload: Buffer.from(`${index}`),
    receivedAtMs: nowMs,
    publisher: isOwn ? clientId : 'another',
    ...(expiry !== undefined && { messageExpiryInterval: expiry }),
  };
  for (const filter of filters.filter((each) => matches(each, topic))) {
    await log.append({ filter, shards: 1, retainSeconds: 100_000, message });
  }
}

type Dependencies = ReturnType<typeof apiDependencies>;

/** What is told to wait, in pages, and counted. */
async function told(clientId: string, limit: number, dependencies: Dependencies) {
  const state = await readSession(clientId, dependencies);
  if (state === undefined) throw new Error('There is no session');
  const paged: WaitingMessage[] = [];
  let after: string | undefined;
  do {
    const page = await waitingPage(state.plan, { limit, after }, dependencies);
    expect(page.messages.length).toBeLessThanOrEqual(limit);
    paged.push(...page.messages);
    after = page.next;
  } while (after !== undefined);
  const all: WaitingMessage[] = [];
  for await (const message of waitingMessages(state.plan, dependencies)) all.push(message);
  expect(all).toEqual(paged);
  const count = await countWaiting(state.plan, { cap: 1_000 }, dependencies);
  expect(count).toMatchObject({ messages: paged.length, atLeast: false });
  await expectAgreement(clientId, all, dependencies);
  return paged;
}

/** The survey, what is counted as lost when a session expires, and traces of each message say the same. */
async function expectAgreement(
  clientId: string,
  all: readonly WaitingMessage[],
  dependencies: Dependencies,
): Promise<void> {
  const session = await dependencies.sessions.get(clientId);
  if (session === undefined) throw new Error('There is no session');
  const subscriptions = await dependencies.subscriptions.list(clientId);
  const surveyed: string[] = [];
  for await (const { position } of openWaiting(session, subscriptions, dependencies)) surveyed.push(position);
  expect(surveyed).toEqual(all.map(({ position }) => position));
  const { configuration, clock, log } = dependencies;
  const ended = { session, subscriptions, endedAtMs: clock() };
  const lost = await countLost(ended, configuration, { ...dependencies.acts, log });
  if (session.status === 'disconnected') expect(lost.messages).toBe(all.length);
  const waiting = new Set(all.map(({ messageId }) => messageId));
  for (let index = 0; index < MOST_MESSAGES; index += 1) {
    const messageId = `message ${index}`;
    const { verdict } = await traceMessage(clientId, { messageId }, dependencies);
    expect(`${messageId} ${verdict === 'waiting'}`).toBe(`${messageId} ${waiting.has(messageId)}`);
  }
}

describe('what is told to wait is what comes when the client returns', () => {
  const run = { seed: randomSeed, numRuns: 60 };

  test('at the packet edge', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ subscriptions: asked, published: messages, queueQos0, limit }) => {
        let nowMs = START_MS;
        const tables = memoryTables({ clock: () => nowMs });
        const policy = { edge: 'packets', queueQos0, sessionExpiryInterval: 'client' } as const;
        const sleep = async () => {};
        const edge = packetEdge(tables, { policy, clock: () => nowMs, sleep });
        const dependencies = apiDependencies(tables, { policies: [policy], clock: () => nowMs });
        const connect = (client: PacketClient) =>
          client.exchange([
            {
              atMs: nowMs,
              packet: CONNECT,
            },
          ]);
        const before = new PacketClient(edge, 'client');
        await connect(before);
        nowMs += 1;
        const topics = asked.map(({ filter, qos, noLocal }) => ({ topic: filter, qos, nl: noLocal, rh: 2 }));
        await before.exchange([
          { atMs: nowMs, packet: { cmd: 'subscribe', messageId: 1, subscriptions: topics } },
        ]);
        nowMs += 1;
        await before.exchange([{ atMs: nowMs, packet: { cmd: 'disconnect', reasonCode: 0 } }]);
        const filters = asked.map(({ filter }) => filter);
        for (const [index, message] of messages.entries()) {
          nowMs += 7;
          await publish(edge.log, 'client', filters, message, { index, nowMs });
        }
        nowMs += 10_000;
        const waiting = await told('client', limit, dependencies);
        const answers = await connect(new PacketClient(edge, 'client'));
        const came = answers.filter((packet): packet is IPublishPacket => packet.cmd === 'publish');
        expect(came.map(({ payload, qos }) => [`message ${payload}`, qos])).toEqual(
          waiting.map(({ messageId, qos }) => [messageId, qos]),
        );
      }),
      run,
    );
  });

  test('at the lifecycle edge', async () => {
    await fc.assert(
      fc.asyncProperty(
        scenario,
        async ({ subscriptions: asked, published: messages, queueQos0, limit, brought, isQosKnown }) => {
          const holder: { edge?: Edge } = {};
          const clock = () => holder.edge?.nowMs ?? START_MS;
          const tables = memoryTables({ clock }) as TestTables;
          const policy = { sessionExpiryInterval: 50_000, queueQos0 };
          const edge = new Edge(tables, policy);
          holder.edge = edge;
          const dependencies = apiDependencies(tables, { policies: [policy], clock });
          const filters = asked.map(({ filter }) => filter);
          edge.broker.subscriptionsAnswer = isQosKnown
            ? { outcome: 'found', value: asked.map(({ filter, qos }) => ({ filter, qos })) }
            : { outcome: 'unavailable', reason: 'throttled' };
          await edge.handle(edge.connected(1, edge.nowMs));
          edge.nowMs += SECOND;
          await edge.handle(edge.subscribed(1, edge.nowMs, ...filters));
          edge.nowMs += 10 * SECOND;
          const goodbye = {
            disconnectReason: 'CLIENT_INITIATED_DISCONNECT',
            clientInitiatedDisconnect: true,
          };
          await edge.handle(edge.disconnected(1, edge.nowMs, goodbye));
          for (const [index, message] of messages.entries()) {
            edge.nowMs += 7;
            await publish(edge.messages, edge.clientId, filters, message, { index, nowMs: edge.nowMs });
          }
          edge.nowMs += 10_000;
          const waiting = await told(edge.clientId, limit, dependencies);
          await edge.handle(edge.connected(2, edge.nowMs));
          const deliver = () =>
            pump(
              edge.clientId,
              {
                ...edge.dependencies,
                shareGroups: createShareGroupStore(tables.newClient(), tables.names.routes),
                log: edge.messages,
                policyOf: (clientId) => choosePolicy(edge.dependencies.configuration.policies, clientId),
                settings,
                sleep: async () => {},
                newHolder: () => 'pump',
              },
              edge.nowMs + 1_000_000,
            );
          const sent = () =>
            edge.broker.sent
              .map(({ message, confirm }) => `${Buffer.from(message.payload)} ${confirm}`)
              .sort();
          const expected = (of: readonly WaitingMessage[]) =>
            of.map(({ payload, qos }) => `${Buffer.from(payload)} ${qos > 0}`).sort();
          // A run that stops half-way leaves what is told to wait then, as what comes next.
          edge.broker.sendsLeft = brought;
          const first = await deliver();
          const isHalf = first.outcome === 'unfinished' && first.reason === 'notConnected';
          if (isHalf) edge.broker.sent.length = 0;
          const left = isHalf ? await told(edge.clientId, limit, dependencies) : waiting;
          edge.broker.sendsLeft = Number.POSITIVE_INFINITY;
          if (isHalf) await deliver();
          expect(sent()).toEqual(expected(left));
        },
      ),
      run,
    );
  });
});
