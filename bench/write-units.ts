import { ingest } from '#edge/messages/ingest';
import { seededRandom } from '#local/random';
import { createMessageLog } from '#store/messages/message-log';
import { createRouter } from '#store/routes/router';
import { createRouteStore } from '#store/routes/routes';
import { toItem } from '#store/subscriptions/subscription-item';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import type { TestTables } from '#test/store/dynamodb/tables';
import { type Figure, judged, type Line, type Measured } from './figure.ts';
import { exampleMessage } from './messages.ts';
import type { Progress } from './progress.ts';
import { Ledger, putAll, sumOf, withTables } from './tables.ts';

const NOW_MS = 1_795_000_000_000;
const SETTLE_SECONDS = 4;
const BYTES = 512;
const SEED = 1;

/** What one message costs to the given numbers of sleeping subscribers of one filter. */
export async function measureWriteUnits(
  tables: TestTables,
  counts: readonly number[],
  progress: Progress,
): Promise<Measured> {
  const { names } = tables;
  const random = seededRandom(SEED);
  const clock = () => NOW_MS;
  const loader = tables.newClient();
  const client = tables.newClient();
  const ledger = new Ledger(client);
  const subscriptions = createSubscriptionStore(loader, names.subscriptions, { clock });
  const lines: Line[] = [];
  const values: Record<string, number> = {};
  for (const count of counts) {
    const filter = `fleet/of-${count}/+/orders`;
    const items = Array.from({ length: count }, (_, index) => {
      const subscription = {
        clientId: `durable-${count}-${index}`,
        filter,
        incarnation: `0:${index}`,
        sessionIdentifier: String(index),
        subscribedAtMs: [NOW_MS - 60_000],
        qos: 1 as const,
      };
      return toItem({ subscription, revision: 1 }, NOW_MS);
    });
    await putAll(loader, names.subscriptions, items, progress);
    if (!(await subscriptions.hasSubscribers(filter))) throw new Error(`Nobody subscribes to ${filter}`);
    const routes = createRouteStore(client, names.routes, { clock });
    await routes.ensure({ filter, retainSeconds: 86_400, shards: 1 });
    const dependencies = {
      router: createRouter(routes, { clock }),
      log: createMessageLog(client, names.messages, { settleSeconds: SETTLE_SECONDS, clock }),
    };
    ledger.take();
    const topic = `fleet/of-${count}/europe/orders`;
    const ingested = await ingest(
      exampleMessage({ topic, bytes: BYTES, receivedAtMs: NOW_MS }, random),
      dependencies,
    );
    const matched = ingested.routes.length;
    if (matched !== 1) throw new Error(`${matched} filters matched ${topic}`);
    const { writeUnits } = sumOf(ledger.take());
    values[`writeUnits.${count}`] = writeUnits;
    lines.push(
      judged(writeUnits === 1, {
        what: `write units: a message of ${BYTES} B to ${count.toLocaleString('en')} sleeping subscribers of one filter`,
        toReach: '1',
        measured: String(writeUnits),
      }),
    );
  }
  return { lines, values };
}

export const writeUnits: Figure = {
  name: 'write-units',
  title: 'what a message costs, however many wait for it',
  run: (progress) => withTables((tables) => measureWriteUnits(tables, [1, 100, 10_000], progress)),
};
