import { describe, expect, it } from 'vitest';
import { pump } from '#delivery/pump';
import { traceMessage } from '#operator/trace/trace';
import { FOLLOW_BROKER, type SessionPolicy } from '#session/configuration/policy';
import { apiDependencies } from '#test/api/api-on-tables';
import { Edge, SECOND, START_MS, settings } from '#test/edge/world/edge';
import { PacketClient } from '#test/packet-edge/clients/packet-client';
import { packetEdge } from '#test/packet-edge/dependencies';
import type { TestTables } from '#test/store/dynamodb/tables';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { recorded } from './recorded-history.ts';

/** A client of the lifecycle edge that subscribes to `a` while it is connected, and what is told of its messages. */
function traced(limits: Partial<SessionPolicy>) {
  const holder: { edge?: Edge } = {};
  const clock = () => holder.edge?.nowMs ?? START_MS;
  const tables = memoryTables({ clock }) as TestTables;
  const policy = { sessionExpiryInterval: 50_000, ...limits };
  const edge = new Edge(tables, policy);
  holder.edge = edge;
  edge.broker.grant('a');
  const api = apiDependencies(tables, { policies: [policy], clock });
  const rules = { policy: { ...FOLLOW_BROKER, ...policy }, settings };
  const sessions = recorded(edge.dependencies.sessions, api.acts.history, rules, clock);
  const dependencies = { ...edge.dependencies, sessions };
  return {
    edge,
    async connect(version: number) {
      edge.nowMs += 10 * SECOND;
      await edge.handle(edge.connected(version, edge.nowMs), dependencies);
      if (version === 0) await edge.handle(edge.subscribed(0, edge.nowMs + 1, 'a'), dependencies);
    },
    async leave(version: number) {
      edge.nowMs += 10 * SECOND;
      const goodbye = { disconnectReason: 'CLIENT_INITIATED_DISCONNECT', clientInitiatedDisconnect: true };
      await edge.handle(edge.disconnected(version, edge.nowMs, goodbye), dependencies);
    },
    async publish(messageId: string) {
      edge.nowMs += SECOND;
      const message = {
        messageId,
        topic: 'a',
        qos: 1 as const,
        payload: Buffer.from('x'),
        receivedAtMs: edge.nowMs,
      };
      await edge.messages.append({ filter: 'a', shards: 1, retainSeconds: 100_000, message });
    },
    async deliver() {
      edge.nowMs += 10 * SECOND;
      const of = { log: edge.messages, settings, policyOf: () => rules.policy };
      const pumping = { ...dependencies, ...of, sleep: async () => {}, newHolder: () => 'pump' };
      await pump(edge.clientId, pumping, edge.nowMs + 1_000_000);
    },
    async verdict(wanted: { readonly topic?: string; readonly messageId?: string }) {
      const { verdict, dropReason } = await traceMessage(edge.clientId, wanted, api);
      return dropReason === undefined ? verdict : `${verdict} ${dropReason}`;
    },
  };
}

describe.each(['drop-oldest', 'drop-newest'] as const)(
  'a trace, where messages give way by %s',
  (overflow) => {
    it('of a client without a session', async () => {
      expect(await traced({ overflow }).verdict({ topic: 'a' })).toBe('noSession');
    });

    it('of what nothing matches, of what is not there, and of what was there before the subscription', async () => {
      const client = traced({ overflow });
      await client.publish('early');
      await client.connect(0);
      expect(await client.verdict({ topic: 'b' })).toBe('noSubscription');
      expect(await client.verdict({ messageId: 'none' })).toBe('notFound');
      expect(await client.verdict({ messageId: 'early' })).toBe('noSubscription');
    });

    it('of what waits, of what the broker brought, and of what its own session holds', async () => {
      const client = traced({ overflow });
      await client.connect(0);
      client.edge.nowMs += 10 * SECOND;
      await client.publish('live');
      await client.leave(0);
      await client.publish('waits');
      expect(await client.verdict({ messageId: 'live' })).toBe('delivered');
      expect(await client.verdict({ messageId: 'waits' })).toBe('waiting');
      const { edge } = client;
      const value = { connected: true, cleanSession: false, sessionExpiry: 3600, keepAliveSeconds: 60 };
      edge.broker.connectionAnswer = { outcome: 'found', value };
      await client.connect(1);
      await client.leave(1);
      await client.publish('held');
      expect(await client.verdict({ messageId: 'held' })).toBe('heldByBroker');
    });

    it('of what gave way, also when there were many more since', async () => {
      const client = traced({ overflow, maximumPendingMessages: 2 });
      await client.connect(0);
      await client.leave(0);
      for (let index = 0; index < 9; index += 1) await client.publish(`message ${index}`);
      await client.connect(1);
      await client.deliver();
      await client.leave(1);
      const verdicts: string[] = [];
      for (let index = 0; index < 9; index += 1)
        verdicts.push(await client.verdict({ messageId: `message ${index}` }));
      const gone = Array<string>(7).fill('dropped overflowMessages');
      const kept = ['delivered', 'delivered'];
      expect(verdicts).toEqual(overflow === 'drop-oldest' ? [...gone, ...kept] : [...kept, ...gone]);
    });

    it('of what was refused: known by name, or not known', async () => {
      const client = traced({ overflow });
      client.edge.broker.largest = 0;
      await client.connect(0);
      await client.leave(0);
      for (let index = 0; index < 5; index += 1) await client.publish(`message ${index}`);
      await client.connect(1);
      await client.deliver();
      const verdicts: string[] = [];
      for (let index = 0; index < 5; index += 1)
        verdicts.push(await client.verdict({ messageId: `message ${index}` }));
      const named = Array<string>(3).fill('dropped tooLarge');
      expect(verdicts).toEqual(['unknown', 'unknown', ...named]);
    });

    it('of what was sent at the packet edge and not acknowledged, and then was', async () => {
      const time = { nowMs: START_MS };
      const clock = () => time.nowMs;
      const tables = memoryTables({ clock });
      const policy = { edge: 'packets', sessionExpiryInterval: 'client', overflow } as const;
      const api = apiDependencies(tables, { policies: [policy], clock });
      const edge = packetEdge(tables, { policy, clock, sleep: async () => {} });
      const client = new PacketClient(edge, 'client');
      await client.connect(time.nowMs);
      const subscriptions = [{ topic: 'a', qos: 1 as const }];
      await client.exchange([
        { atMs: time.nowMs, packet: { cmd: 'subscribe', messageId: 1, subscriptions } },
      ]);
      time.nowMs += SECOND;
      const message = {
        messageId: 'm',
        topic: 'a',
        qos: 1 as const,
        payload: Buffer.from('x'),
        receivedAtMs: time.nowMs,
      };
      await edge.log.append({ filter: 'a', shards: 1, retainSeconds: 100_000, message });
      time.nowMs += 10 * SECOND;
      const sent = await client.exchange([], {});
      const packetId = sent.flatMap((packet) =>
        packet.cmd === 'publish' ? (packet.messageId ?? []) : [],
      )[0];
      expect(await traceMessage('client', { messageId: 'm' }, api)).toMatchObject({
        verdict: 'inflight',
        packetId,
      });
      await client.exchange([{ atMs: time.nowMs, packet: { cmd: 'puback', messageId: packetId ?? 0 } }]);
      expect(await traceMessage('client', { messageId: 'm' }, api)).toMatchObject({ verdict: 'delivered' });

      // The cursor follows later than what is taken ahead of it, and does not stand beside that.
      const next = { ...message, messageId: 'n', receivedAtMs: time.nowMs };
      await edge.log.append({ filter: 'a', shards: 1, retainSeconds: 100_000, message: next });
      const taken = await client.exchange([], {});
      const acknowledged = taken.flatMap((packet) =>
        packet.cmd === 'publish' && packet.messageId !== undefined ? [packet.messageId] : [],
      );
      const acknowledgements = acknowledged.map((messageId) => ({ cmd: 'puback', messageId }) as const);
      await client.exchange(acknowledgements.map((packet) => ({ atMs: time.nowMs, packet })));
      const ahead = await traceMessage('client', { messageId: 'n' }, api);
      expect(ahead).toMatchObject({ verdict: 'delivered' });
      expect(ahead).not.toHaveProperty('cursor');
      time.nowMs += 100 * SECOND;
      const last = { ...message, messageId: 'o', receivedAtMs: time.nowMs };
      await edge.log.append({ filter: 'a', shards: 1, retainSeconds: 100_000, message: last });
      await client.exchange([], {});
      const passed = await traceMessage('client', { messageId: 'n' }, api);
      expect(passed).toMatchObject({ verdict: 'delivered', cursor: expect.any(String) });
      expect(passed.cursor ?? '').toSatisfy((cursor: string) => cursor > (passed.message?.position ?? ''));
    });
  },
);
