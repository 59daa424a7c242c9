import type { Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { elapse, VirtualTime } from '#test/delivery/virtual-time';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import {
  askedOnce,
  connectPacket,
  publishPacket,
  requestOf,
  subscribePacket,
} from '../clients/asked-twice.ts';
import { packetEdge, type TestEdge } from '../dependencies.ts';

const MESSAGES = 1_000;
/** Of one write. */
const LATENCY_MS = 5;
/** A listener sends a client away that waits so long. */
const PATIENCE_MS = 20_000;

it('a group whose members were all away gives its backlog to the first that returns, in time and in order', async () => {
  const time = new VirtualTime(1_795_000_000_000);
  const edge = packetEdge(memoryTables({ clock: time.clock }), time);
  const asked = async (connection: string, ...packets: readonly Packet[]) => {
    const answer = await askedOnce(edge, requestOf({ connection }, time.nowMs, ...packets));
    await time.run(time.nowMs + packets.length + 10);
    return answer;
  };
  const subscribe = subscribePacket('$share/group/work', { qos: 1 });
  await asked('m1', connectPacket('member'), subscribe, { cmd: 'disconnect', reasonCode: 0 });
  const { context } = await asked('p', connectPacket('publisher'));
  for (let index = 0; index < MESSAGES; index += 1) {
    const publish = publishPacket('work', 1, { qos: 1, payload: `${index}` });
    await askedOnce(edge, requestOf({ connection: 'p', context }, time.nowMs, publish));
    await time.run(time.nowMs + 3);
  }
  await time.run(time.nowMs + 10_000);
  const slow: TestEdge = {
    ...edge,
    assignments: {
      ...edge.assignments,
      assign: async (...given) => {
        await time.sleep(LATENCY_MS);
        return edge.assignments.assign(...given);
      },
    },
    log: {
      ...edge.log,
      append: async (append) => {
        const position = await edge.log.append(append);
        await time.sleep(LATENCY_MS);
        return position;
      },
    },
  };
  const startedAtMs = time.nowMs;
  let tookMs = Number.POSITIVE_INFINITY;
  const returning = askedOnce(slow, requestOf({ connection: 'm2' }, time.nowMs, connectPacket('member')));
  let answer = await elapse(
    time,
    returning.finally(() => {
      tookMs = time.nowMs - startedAtMs;
    }),
  );
  expect(tookMs).toBeLessThan(PATIENCE_MS / 8);

  const payloads: string[] = [];
  for (let looks = 0; payloads.length < MESSAGES && looks < MESSAGES; looks += 1) {
    const publishes = answer.sent.flatMap((packet) => (packet.cmd === 'publish' ? [packet] : []));
    payloads.push(...publishes.map(({ payload }) => payload.toString()));
    const acknowledgements = publishes.map(({ messageId = 0 }) => ({ cmd: 'puback' as const, messageId }));
    const next = requestOf({ connection: 'm2', context: answer.context }, time.nowMs, ...acknowledgements);
    answer = await askedOnce(edge, next);
    await time.run(time.nowMs + 5);
  }
  expect(payloads).toEqual(Array.from({ length: MESSAGES }, (_, index) => `${index}`));
});
