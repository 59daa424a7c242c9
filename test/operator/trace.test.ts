import fc from 'fast-check';
import type { IPublishPacket, Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { pump } from '#delivery/pump';
import { tellDelivered } from '#edge/records/delivered-run';
import { traceMessage } from '#operator/trace/trace';
import type { TraceView } from '#operator/trace/trace-view';
import { FOLLOW_BROKER, type SessionPolicy } from '#session/configuration/policy';
import type { Message } from '#session/message';
import { apiDependencies } from '#test/api/api-on-tables';
import { Edge, SECOND, START_MS, settings } from '#test/edge/world/edge';
import { PacketClient } from '#test/packet-edge/clients/packet-client';
import { packetEdge } from '#test/packet-edge/dependencies';
import { randomSeed } from '#test/session/random-seed';
import type { TestTables } from '#test/store/dynamodb/tables';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { CONNECT } from './connect-packet.ts';
import { recorded } from './recorded-history.ts';

interface Published {
  readonly qos: 0 | 1;
  readonly isTooLarge: boolean;
  readonly expiry: number | undefined;
}

const any = fc.record<Published>({
  qos: fc.constantFrom(0 as const, 1 as const, 1 as const),
  isTooLarge: fc.constantFrom(false, false, false, true),
  expiry: fc.constantFrom(undefined, undefined, undefined, 1),
});
/** Of these none is dropped but by a limit. */
const plain = any.map((each): Published => ({ ...each, isTooLarge: false, expiry: undefined }));
const absences = fc.constantFrom(any, plain).chain((each) => {
  const absence = fc.array(each, { maxLength: 20 });
  return fc.tuple(absence, absence);
});
const scenario = fc.record({
  absences,
  overflow: fc.constantFrom('drop-oldest' as const, 'drop-newest' as const),
  maximumPendingMessages: fc.integer({ min: 1, max: 12 }),
  queueQos0: fc.boolean(),
});

interface Traced {
  readonly view: TraceView;
  readonly wasSent: boolean;
  readonly published: Published;
}

/** What each verdict must be true of. */
function expectTruth({ view: { verdict, dropReason, message }, wasSent, published }: Traced): void {
  const told = `${message?.messageId}: ${verdict} ${dropReason ?? ''}, ${wasSent ? 'sent' : 'not sent'}`;
  expect(['delivered', 'dropped', 'expired', 'unknown'], told).toContain(verdict);
  if (verdict === 'delivered') expect(wasSent, told).toBe(true);
  if (verdict === 'dropped' || verdict === 'expired') expect(wasSent, told).toBe(false);
  if (verdict === 'expired') expect(published.expiry, told).toBeDefined();
  if (dropReason === 'tooLarge') expect(published.isTooLarge, told).toBe(true);
  if (dropReason === 'qos0') expect(published.qos, told).toBe(0);
}

/** Without drops that are counted one by one and not named, nothing is unknown. */
function expectKnown(traced: readonly Traced[]): void {
  const unnamed = traced.filter(({ published }) => published.isTooLarge || published.expiry !== undefined);
  if (unnamed.length > 0) return;
  expect(traced.map(({ view }) => view.verdict)).not.toContain('unknown');
}

function messageOf({ qos, isTooLarge, expiry }: Published, index: number, receivedAtMs: number): Message {
  return {
    messageId: `message ${index}`,
    topic: 'a',
    qos,
    payload: Buffer.from(isTooLarge ? 'x'.repeat(500) : 'x'),
    receivedAtMs,
    publisher: 'another',
    ...(expiry !== undefined && { messageExpiryInterval: expiry }),
  };
}

type Policy = Partial<SessionPolicy>;

describe('a trace tells the truth of what was delivered and what was not, under each limit', () => {
  const run = { seed: randomSeed, numRuns: 120 };

  test('at the lifecycle edge', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(scenario, async ({ absences, ...limits }) => {
        const holder: { edge?: Edge } = {};
        const clock = () => holder.edge?.nowMs ?? START_MS;
        const tables = memoryTables({ clock }) as TestTables;
        const policy: Policy = { sessionExpiryInterval: 50_000, ...limits };
        const edge = new Edge(tables, policy);
        holder.edge = edge;
        const api = apiDependencies(tables, { policies: [policy], clock });
        const rules = { policy: { ...FOLLOW_BROKER, ...policy }, settings };
        const sessions = recorded(edge.dependencies.sessions, api.acts.history, rules, clock);
        const dependencies = { ...edge.dependencies, sessions };
        edge.broker.grant('a');
        edge.broker.largest = 400;
        const sent = new Set<string>();
        const published = new Map<string, Published>();
        for (const [number, away] of [...absences, []].entries()) {
          edge.nowMs += 10 * SECOND;
          await edge.handle(edge.connected(number, edge.nowMs), dependencies);
          const delivery = {
            ...dependencies,
            log: edge.messages,
            policyOf: () => rules.policy,
            settings,
            sleep: async () => {},
            newHolder: () => `pump ${number}`,
          };
          const pumped = await pump(edge.clientId, delivery, edge.nowMs + 1_000_000);
          if (pumped.run !== undefined)
            await api.acts.history.append([tellDelivered(edge.clientId, pumped.run, edge.nowMs).entry]);
          edge.nowMs += SECOND;
          await edge.handle(edge.subscribed(number, edge.nowMs, 'a'), dependencies);
          edge.nowMs += 20 * SECOND;
          await pump(edge.clientId, delivery, edge.nowMs + 1_000_000);
          if (number === 2) break;
          const goodbye = {
            disconnectReason: 'CLIENT_INITIATED_DISCONNECT',
            clientInitiatedDisconnect: true,
          };
          await edge.handle(edge.disconnected(number, edge.nowMs, goodbye), dependencies);
          for (const each of away) {
            edge.nowMs += 7;
            const message = messageOf(each, published.size, edge.nowMs);
            published.set(message.messageId, each);
            await edge.messages.append({ filter: 'a', shards: 1, retainSeconds: 100_000, message });
          }
        }
        for (const { message } of edge.broker.sent) sent.add(idOf(message));
        const traced: Traced[] = [];
        for (const [messageId, each] of published) {
          const view = await traceMessage(edge.clientId, { messageId }, api);
          traced.push({ view, wasSent: sent.has(messageId), published: each });
        }
        for (const each of traced) expectTruth(each);
        expectKnown(traced);
        for (const { view } of traced)
          seen.add(`${limits.overflow} ${view.verdict} ${view.dropReason ?? ''}`);
      }),
      run,
    );
    expectSeen(seen, 'expired ', 'dropped tooLarge');
  });

  test('at the packet edge', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(scenario, async ({ absences, ...limits }) => {
        const time = { nowMs: START_MS };
        const clock = () => time.nowMs;
        const tables = memoryTables({ clock });
        const policy: Policy = { edge: 'packets', sessionExpiryInterval: 'client', ...limits };
        const api = apiDependencies(tables, { policies: [policy], clock });
        const rules = { policy: { ...FOLLOW_BROKER, ...policy }, settings };
        const bare = packetEdge(tables, { policy, clock, sleep: async () => {} });
        const edge = { ...bare, sessions: recorded(bare.sessions, api.acts.history, rules, clock) };
        const sent = new Set<string>();
        const published = new Map<string, Published>();
        const ask = async (client: PacketClient, ...packets: readonly Packet[]) => {
          const answers = await client.exchange(packets.map((packet) => ({ atMs: time.nowMs, packet })));
          const came = answers.filter((packet): packet is IPublishPacket => packet.cmd === 'publish');
          for (const { payload } of came) sent.add(`message ${payload}`);
          return came.flatMap(({ qos, messageId }) =>
            qos === 0 || messageId === undefined ? [] : [messageId],
          );
        };
        for (const [number, away] of [...absences, []].entries()) {
          time.nowMs += 10 * SECOND;
          const client = new PacketClient(edge, 'client');
          let unacknowledged = await ask(client, CONNECT);
          if (number === 0) await ask(client, SUBSCRIBE);
          while (unacknowledged.length > 0)
            unacknowledged = await ask(
              client,
              ...unacknowledged.map((messageId) => ({ cmd: 'puback', messageId }) as const),
            );
          if (number === 2) break;
          time.nowMs += SECOND;
          await ask(client, { cmd: 'disconnect', reasonCode: 0 });
          for (const each of away) {
            time.nowMs += 7;
            const message = { ...messageOf(each, published.size, time.nowMs) };
            published.set(message.messageId, each);
            const payload = Buffer.from(message.messageId.replace('message ', ''));
            const logged = { ...message, payload };
            await edge.log.append({ filter: 'a', shards: 1, retainSeconds: 100_000, message: logged });
          }
        }
        const traced: Traced[] = [];
        for (const [messageId, each] of published) {
          const view = await traceMessage('client', { messageId }, api);
          traced.push({ view, wasSent: sent.has(messageId), published: { ...each, isTooLarge: false } });
        }
        for (const each of traced) expectTruth(each);
        expectKnown(traced);
        for (const { view } of traced)
          seen.add(`${limits.overflow} ${view.verdict} ${view.dropReason ?? ''}`);
      }),
      run,
    );
    expectSeen(seen);
  });
});

const SUBSCRIBE: Packet = { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 1 }] };

/** Under either policy each of these was a verdict. */
function expectSeen(seen: ReadonlySet<string>, ...more: readonly string[]): void {
  for (const policy of ['drop-oldest', 'drop-newest'])
    for (const outcome of ['delivered ', 'dropped overflowMessages', 'dropped qos0', ...more])
      expect(seen).toContain(`${policy} ${outcome}`);
}

function idOf({ userProperties = [] }: { readonly userProperties?: Message['userProperties'] }): string {
  return userProperties.find(({ name }) => name === 'message-id')?.value ?? '';
}
