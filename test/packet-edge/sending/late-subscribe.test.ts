import { expect, it } from 'vitest';
import { VirtualTime } from '#test/delivery/virtual-time';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import {
  type Ask,
  askedOnce,
  connectPacket,
  publishPacket,
  requestOf,
  subscribePacket,
} from '../clients/asked-twice.ts';
import { packetEdge, type TestEdge } from '../dependencies.ts';

const START_MS = 1_795_000_000_000;
/** The index of subscribers is about as late as it ever is. */
const LAG_MS = 1_400;
const CLIENT = 'client';

function started() {
  const time = new VirtualTime(START_MS);
  const edge = packetEdge(memoryTables({ clock: time.clock, lagMs: LAG_MS }), time);
  const connected = async (clientId: string, connection: string): Promise<Ask> => {
    const request = requestOf({ connection }, time.nowMs, connectPacket(clientId));
    const { context } = await askedOnce(edge, request);
    return { connection, context };
  };
  return { time, edge, connected };
}

/** Does what a carrier does while its client keeps silent; says which topics it has sent. */
async function followed(edge: TestEdge, time: VirtualTime, asking: Ask): Promise<string[]> {
  const topics: string[] = [];
  let { context } = asking;
  let looks = edge.sentSignals
    .flatMap(({ signals }) => signals)
    .filter(({ kind, connectionId }) => kind === 'look' && connectionId === asking.connection).length;
  for (; looks > 0; looks -= 1) {
    const request = requestOf({ ...asking, context, look: {} }, time.nowMs);
    const answer = await askedOnce(edge, request);
    context = answer.context;
    for (const packet of answer.sent) if (packet.cmd === 'publish') topics.push(packet.topic);
  }
  return topics;
}

it.each([
  // Before the subscription and its route are there, right after them, and while the index lags behind.
  { what: 'a retained message', retain: true, publishedAfterMs: -100 },
  { what: 'a message that nobody was told of', retain: false, publishedAfterMs: 0 },
  { what: 'a message that came later, and that nobody was told of', retain: false, publishedAfterMs: 500 },
])(
  '$what reaches the connection that stands, though the SUBSCRIBE of the one before is handled late',
  async ({ retain, publishedAfterMs }) => {
    const { time, edge, connected } = started();
    const publisher = await connected('publisher', 'p');
    const old = await connected(CLIENT, 'old');
    const subscribe = requestOf(old, time.nowMs + 1, subscribePacket('a'));
    await time.run(time.nowMs + 2);
    const standing = await connected(CLIENT, 'new');

    await time.run(time.nowMs + 5_000);
    const publish = async () => {
      await askedOnce(edge, requestOf(publisher, time.nowMs, publishPacket('a', 7, { retain })));
    };
    if (publishedAfterMs < 0) await publish();
    else time.at(time.nowMs + publishedAfterMs, () => void publish());
    const routes: TestEdge['routes'] = {
      ...edge.routes,
      // Whatever is due at this moment happens between the subscription and the look for what it brings.
      ensure: async (route) => {
        const ensured = await edge.routes.ensure(route);
        await time.run(time.nowMs);
        return ensured;
      },
    };
    const late = askedOnce({ ...edge, routes }, subscribe);
    await time.run(time.nowMs);
    await time.run(time.nowMs + 60_000);

    expect(await late).toMatchObject({ close: true, sent: [{ cmd: 'disconnect', reasonCode: 0x8e }] });
    expect(await followed(edge, time, standing)).toEqual(['a']);
    expect(await edge.flows.get(CLIENT)).toMatchObject({ connection: 'new', outbound: [{ packetId: 1 }] });
  },
);
