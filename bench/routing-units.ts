import { createRouter } from '#store/routes/router';
import { createRouteStore, type RouteStore } from '#store/routes/routes';
import type { TestTables } from '#test/store/dynamodb/tables';
import { type Figure, judged, type Line, type Measured, stated } from './figure.ts';
import type { Progress } from './progress.ts';
import { createRoutes, SHAPE_COUNT, topicOf } from './routes.ts';
import { Ledger, sumOf, withTables } from './tables.ts';

/**
 * Eventually consistent, item of at most 4 KB. DynamoDB charges as much for a key that is not there; DynamoDB
 * Local does not count those, so what it tells is too little and the documented rule is applied instead.
 */
const UNITS_OF_A_KEY = 0.5;
const SAMPLES = 20;

/** What it costs to route one message with nothing in any cache. */
export async function measureRoutingUnits(
  tables: TestTables,
  counts: readonly number[],
  progress: Progress,
): Promise<Measured> {
  const loader = tables.newClient();
  const client = tables.newClient();
  const ledger = new Ledger(client);
  const values: Record<string, number> = {};
  const found = new Map<number, { units: number; told: number; isSame: boolean }>();
  for (const count of counts) {
    const table = await createRoutes(loader, count, progress);
    const store = createRouteStore(client, table, { clock: Date.now });
    let keys = 0;
    const routes: Pick<RouteStore, 'shapes' | 'find'> = {
      shapes: store.shapes,
      find: (filters) => {
        keys += filters.length;
        return store.find(filters);
      },
    };
    const units = new Set<number>();
    let told = 0;
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const topic = topicOf(Math.floor((sample * count) / SAMPLES));
      keys = 0;
      const matched = await createRouter(routes, { clock: Date.now }).route(topic);
      if (matched.length !== 1) throw new Error(`${matched.length} filters matched ${topic}`);
      told = sumOf(ledger.take()).readUnits;
      // The list of shapes is one small query.
      units.add(UNITS_OF_A_KEY + keys * UNITS_OF_A_KEY);
    }
    const most = Math.max(...units);
    found.set(count, { units: most, told, isSame: units.size === 1 });
    values[`routingReadUnits.${count}`] = most;
  }
  const first = found.values().next().value?.units;
  const lines: Line[] = [...found].map(([count, { units, told, isSame }]) =>
    judged(units === first && isSame, {
      what: `read units: to route one message among ${count.toLocaleString('en')} durable subscriptions of ${SHAPE_COUNT} shapes`,
      toReach: 'the same for all',
      measured: String(units),
      // Said once, it holds for all.
      ...(count === counts[0] && {
        note: `nothing cached, ${SAMPLES} topics; ${UNITS_OF_A_KEY} for the list of shapes and ${UNITS_OF_A_KEY} for each key asked for. DynamoDB Local told ${told}, because it does not count keys that are not there, as DynamoDB does`,
      }),
    }),
  );
  const perMessage = SHAPE_COUNT * UNITS_OF_A_KEY;
  lines.push(
    stated({
      what: 'read units: the same among 1,000,000, by calculation',
      measured: String(perMessage + UNITS_OF_A_KEY),
      note: `nothing is cached: ${UNITS_OF_A_KEY} for the list of shapes and ${UNITS_OF_A_KEY} for each of the ${SHAPE_COUNT} keys, found or not. DynamoDB charges a read of a key by the size of its item, never by the size of the table, and the number of keys is the number of shapes that fit; so the number of subscriptions does not enter. Within a second of another message the list of shapes costs nothing, and within a second of one with the same candidates nothing costs anything. What a million adds is storage: about 120 bytes a route`,
    }),
  );
  return { lines, values: { ...values, 'routingReadUnits.shape': UNITS_OF_A_KEY } };
}

export const routingUnits: Figure = {
  name: 'routing-units',
  title: 'what routing one message costs among many subscriptions',
  run: (progress) => withTables((tables) => measureRoutingUnits(tables, [1_000, 10_000, 100_000], progress)),
};
