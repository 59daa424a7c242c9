import { seededRandom } from '#local/random';
import { createRouter } from '#store/routes/router';
import { createRouteStore, type RouteStore } from '#store/routes/routes';
import { type Figure, judged, type Measured } from './figure.ts';
import type { Progress } from './progress.ts';
import { createRoutes, topicOf } from './routes.ts';
import { median, pairedRatio, ratioText } from './statistics.ts';
import { withTables } from './tables.ts';

const FEW = 1_000;
const MANY = 100_000;
const PAIRS = 600;
const WARM_UP = 100;
const MOST = 1.2;
const SEED = 3;

/** Milliseconds to route a message with nothing in any cache. */
async function timeOf(routes: RouteStore, topic: string): Promise<number> {
  const router = createRouter(routes, { clock: Date.now });
  const startedAtMs = performance.now();
  const matched = await router.route(topic);
  const milliseconds = performance.now() - startedAtMs;
  if (matched.length !== 1) throw new Error(`${matched.length} filters matched ${topic}`);
  return milliseconds;
}

function run(progress: Progress): Promise<Measured> {
  return withTables(async (tables) => {
    const client = tables.newClient();
    const random = seededRandom(SEED);
    const few = createRouteStore(client, await createRoutes(client, FEW, progress), { clock: Date.now });
    const many = createRouteStore(client, await createRoutes(client, MANY, progress), { clock: Date.now });
    const anyOf = (count: number) => topicOf(Math.floor(random() * count));
    const fewTimes: number[] = [];
    const manyTimes: number[] = [];
    for (let pair = 0; pair < PAIRS + WARM_UP; pair += 1) {
      // Who comes first changes, so that neither has the warmer caches of the machine.
      const swapped = pair % 2 === 1;
      const early = await (swapped ? timeOf(many, anyOf(MANY)) : timeOf(few, anyOf(FEW)));
      const late = await (swapped ? timeOf(few, anyOf(FEW)) : timeOf(many, anyOf(MANY)));
      progress(`${pair} of ${PAIRS + WARM_UP} pairs`);
      if (pair < WARM_UP) continue;
      fewTimes.push(swapped ? late : early);
      manyTimes.push(swapped ? early : late);
    }
    const ratio = pairedRatio(manyTimes, fewTimes);
    const line = judged(ratio.ratio <= MOST, {
      what: `time to route, ${MANY.toLocaleString('en')} against ${FEW.toLocaleString('en')} subscriptions`,
      toReach: `<= ${MOST}`,
      measured: ratioText(ratio),
      note: `${PAIRS} pairs in turn on one DynamoDB Local, nothing cached: medians ${median(manyTimes).toFixed(2)} ms and ${median(fewTimes).toFixed(2)} ms`,
    });
    return { lines: [line], values: { routingTimeRatio: ratio.ratio } };
  });
}

export const routingTime: Figure = {
  name: 'routing-time',
  title: 'time to route among many subscriptions against few',
  run,
};
