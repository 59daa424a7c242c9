import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { ingest } from '#edge/messages/ingest';
import { type Random, seededRandom } from '#local/random';
import type { Message } from '#session/message';
import { positionOf } from '#session/position';
import { logKey, toItem } from '#store/messages/message-item';
import { createMessageLog } from '#store/messages/message-log';
import type { Item } from '#store/requests/request';
import { toItem as toRouteItem } from '#store/routes/route-item';
import { createRouter } from '#store/routes/router';
import { createRouteStore } from '#store/routes/routes';
import type { TestTables } from '#test/store/dynamodb/tables';
import { type Figure, judged, type Line, type Measured } from './figure.ts';
import { exampleMessage } from './messages.ts';
import type { Progress } from './progress.ts';
import { median, pairedRatio, ratioText } from './statistics.ts';
import { putAll, withTables } from './tables.ts';

const LEAST = 0.6;
const CONCURRENCY = 16;
const MESSAGES_OF_A_BLOCK = 200;
const PAIRS = 10;
const WARM_UP = 2;
const BYTES = 512;
const RETAIN_SECONDS = 86_400;
const SETTLE_SECONDS = 4;
const SEED = 7;

/** What kind of fleet publishes. */
interface Fleet {
  readonly name: string;
  readonly what: string;
  topicOf(index: number): string;
  /** The filter that the message with this number matches. */
  filterOf(index: number): string;
  readonly note: string;
}

const FLEETS: readonly Fleet[] = [
  {
    name: 'fewTopics',
    what: 'twenty topics',
    topicOf: (index) => `fleet/site-${index % 20}/orders`,
    filterOf: () => 'fleet/+/orders',
    note: 'routes are remembered for a second, so that nearly every message is one write',
  },
  {
    name: 'otherTopics',
    what: 'every message on another topic, one wildcard filter',
    topicOf: (index) => `fleet/device-${index}/orders`,
    filterOf: () => 'fleet/+/orders',
    note: 'what is remembered is the filter to look for, not the topic: the look-up is shared all the same, as long as no filter without wildcards has the same number of levels; with one, this fleet is like the next',
  },
  {
    name: 'ownRoutes',
    what: 'every message on another topic with a route of its own',
    topicOf: (index) => `own/device-${index}/orders`,
    filterOf: (index) => `own/device-${index}/orders`,
    note: 'nothing can be remembered: each message is a read of its keys and then a write, one after the other, where bare PutItem is a write alone. The read has to come first, because only it says whether anybody waits, and so cannot be taken away; looking up several messages together was left out, since a Lambda instance handles one at a time',
  },
];

/** Runs so many jobs, a fixed number side by side; comes back with jobs a second. */
async function rateOf(jobs: readonly (() => Promise<unknown>)[]): Promise<number> {
  const startedAtMs = performance.now();
  let next = 0;
  const worker = async () => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) await job();
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return (jobs.length * 1000) / (performance.now() - startedAtMs);
}

/** The item that ingest makes of the message. */
function itemOf(message: Message, filter: string): Item {
  const logged = { ...message, position: positionOf(message.receivedAtMs, message.messageId) };
  return toItem(logged, logKey(filter, 0), Math.ceil(message.receivedAtMs / 1000) + RETAIN_SECONDS);
}

async function measureFleet(
  tables: TestTables,
  client: DynamoDBDocumentClient,
  fleet: Fleet,
  random: Random,
  progress: Progress,
): Promise<Line & { readonly ratio: number }> {
  const { names } = tables;
  const routes = createRouteStore(client, names.routes, { clock: Date.now });
  const dependencies = {
    router: createRouter(routes, { clock: Date.now }),
    log: createMessageLog(client, names.messages, { settleSeconds: SETTLE_SECONDS, clock: Date.now }),
  };
  let index = 0;
  const block = () =>
    Array.from({ length: MESSAGES_OF_A_BLOCK }, () => {
      index += 1;
      return { topic: fleet.topicOf(index), filter: fleet.filterOf(index) };
    });
  const messageOn = (topic: string) =>
    exampleMessage({ topic, bytes: BYTES, receivedAtMs: Date.now() }, random);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let pair = 0; pair < PAIRS + WARM_UP; pair += 1) {
    const ingested = block().map(
      ({ topic }) =>
        () =>
          ingest(messageOn(topic), dependencies),
    );
    const put = block().map(({ topic, filter }) => () => {
      const Item = { ...itemOf(messageOn(topic), filter) };
      return client.send(new PutCommand({ TableName: names.messages, Item }));
    });
    const swapped = pair % 2 === 1;
    const early = await rateOf(swapped ? put : ingested);
    const late = await rateOf(swapped ? ingested : put);
    progress(`${fleet.what}, ${pair} of ${PAIRS + WARM_UP} pairs of blocks`);
    if (pair < WARM_UP) continue;
    ours.push(swapped ? late : early);
    bare.push(swapped ? early : late);
  }
  const ratio = pairedRatio(ours, bare);
  const line = judged(ratio.ratio >= LEAST, {
    what: `ingest throughput against bare PutItem: ${fleet.what}`,
    toReach: `>= ${LEAST}`,
    measured: ratioText(ratio),
    note: `${fleet.note}. ${PAIRS} pairs of blocks of ${MESSAGES_OF_A_BLOCK} messages of ${BYTES} B in turn, ${CONCURRENCY} at once, the same items: medians ${median(ours).toFixed(0)} and ${median(bare).toFixed(0)} a second on this machine`,
  });
  return { ...line, ratio: ratio.ratio };
}

async function addOwnRoutes(client: DynamoDBDocumentClient, table: string, progress: Progress) {
  const route = { retainSeconds: RETAIN_SECONDS, shards: 1 };
  const routes = createRouteStore(client, table, { clock: Date.now });
  await routes.ensure({ filter: 'own/any/orders', ...route });
  const count = MESSAGES_OF_A_BLOCK * 2 * (PAIRS + WARM_UP) + 1;
  const own = Array.from({ length: count }, (_, index) => `own/device-${index}/orders`);
  const items = own.map((filter) => toRouteItem({ filter, ...route }));
  await putAll(client, table, items, progress);
}

function run(progress: Progress): Promise<Measured> {
  return withTables(async (tables) => {
    const client = tables.newClient();
    const random = seededRandom(SEED);
    const routes = createRouteStore(client, tables.names.routes, { clock: Date.now });
    const route = { retainSeconds: RETAIN_SECONDS, shards: 1 };
    await routes.ensure({ filter: 'fleet/+/orders', ...route });
    const lines: Line[] = [];
    const values: Record<string, number> = {};
    for (const fleet of FLEETS) {
      // Not before: its shape would make each topic of the other fleets one more key to look up.
      if (fleet.name === 'ownRoutes') await addOwnRoutes(client, tables.names.routes, progress);
      const { ratio, ...line } = await measureFleet(tables, client, fleet, random, progress);
      lines.push(line);
      values[`ingestRatio.${fleet.name}`] = ratio;
    }
    return { lines, values };
  });
}

export const ingestThroughput: Figure = {
  name: 'ingest-throughput',
  title: 'ingest against bare PutItem',
  run,
};
