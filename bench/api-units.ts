import { createMessageLog } from '#store/messages/message-log';
import { observeCapacity } from '#store/requests/capacity';
import { createStatisticsStore } from '#store/statistics/statistics';
import { apiDependencies, asker } from '#test/api/api-on-tables';
import { ownDynamoDb } from '#test/store/dynamodb/shared-dynamodb';
import { startTables, type TestTables } from '#test/store/dynamodb/tables';
import { fillClient, fillSessions, fillStatistics, NOW_MS } from './api-fleet.ts';
import { type Figure, judged, type Line, type Measured, stated } from './figure.ts';
import type { Progress } from './progress.ts';
import { median, pairedRatio, ratioText } from './statistics.ts';

const FEW = 1_000;
const MANY = 100_000;
const PAIRS = 60;
const WARM_UP = 10;
const MOST_RATIO = 1.3;
const MOST_SESSION_UNITS = 10;
const MOST_STATS_UNITS = 5;
const SUBSCRIPTIONS = 20;
const MESSAGES = 1_000;

const later = encodeURIComponent(new Date(NOW_MS + 24 * 3_600_000).toISOString());
const now = encodeURIComponent(new Date(NOW_MS).toISOString());
const LISTS = {
  'no filter': '/sessions?limit=50',
  prefix: '/sessions?limit=50&prefix=meter-1',
  'status=connected': '/sessions?limit=50&status=connected',
  'status=disconnected': '/sessions?limit=50&status=disconnected',
  expiresBefore: `/sessions?limit=50&expiresBefore=${later}`,
  disconnectedBefore: `/sessions?limit=50&disconnectedBefore=${now}`,
} as const;

interface Asked {
  readonly milliseconds: number;
  readonly readUnits: number;
  readonly body: unknown;
}

/** An API on tables, which says what each request takes. */
function measuredApi(tables: TestTables, edge: 'lifecycle' | 'packets' = 'lifecycle') {
  let readUnits = 0;
  const newClient = () => {
    const client = tables.newClient();
    observeCapacity(client, (consumed) => {
      readUnits += consumed.readUnits;
    });
    return client;
  };
  const policies = [{ edge, sessionExpiryInterval: 86_400 }];
  const dependencies = apiDependencies({ ...tables, newClient }, { policies, clock: () => NOW_MS });
  const ask = asker(dependencies);
  return {
    dependencies,
    async ask(path: string): Promise<Asked> {
      const before = readUnits;
      const startedAtMs = performance.now();
      const { status, body } = await ask(path);
      const milliseconds = performance.now() - startedAtMs;
      if (status !== 200) throw new Error(`${path} was answered ${status}`);
      return { milliseconds, readUnits: readUnits - before, body };
    },
  };
}

type MeasuredApi = ReturnType<typeof measuredApi>;

async function measureList(
  name: keyof typeof LISTS,
  few: MeasuredApi,
  many: MeasuredApi,
  progress: Progress,
) {
  const path = LISTS[name];
  const times = { few: [] as number[], many: [] as number[] };
  let units = { few: 0, many: 0 };
  for (let pair = 0; pair < PAIRS + WARM_UP; pair += 1) {
    // Who comes first changes, so that neither has the warmer caches of the machine.
    const swapped = pair % 2 === 1;
    const early = await (swapped ? many : few).ask(path);
    const late = await (swapped ? few : many).ask(path);
    const [ofFew, ofMany] = swapped ? [late, early] : [early, late];
    for (const { body } of [ofFew, ofMany]) {
      const { sessions } = body as { readonly sessions: readonly unknown[] };
      if (sessions.length !== 50) throw new Error(`${path} gave ${sessions.length} sessions`);
    }
    progress(`${name}: ${pair} of ${PAIRS + WARM_UP} pairs`);
    units = { few: ofFew.readUnits, many: ofMany.readUnits };
    if (pair < WARM_UP) continue;
    times.few.push(ofFew.milliseconds);
    times.many.push(ofMany.milliseconds);
  }
  const ratio = pairedRatio(times.many, times.few);
  const what = `GET /sessions, 50 of ${MANY.toLocaleString('en')} against 50 of ${FEW.toLocaleString('en')}, ${name}`;
  const lines: Line[] = [
    judged(units.few === units.many, {
      what: `${what}: read units`,
      toReach: 'the same',
      measured: `${units.many} and ${units.few}`,
    }),
    judged(ratio.ratio <= MOST_RATIO, {
      what: `${what}: time`,
      toReach: `<= ${MOST_RATIO}`,
      measured: ratioText(ratio),
      note: `${PAIRS} pairs in turn on one DynamoDB Local: medians ${median(times.many).toFixed(1)} ms and ${median(times.few).toFixed(1)} ms`,
    }),
  ];
  return { lines, ratio: ratio.ratio, readUnits: units.many };
}

async function measureOne(tables: TestTables, edge: 'lifecycle' | 'packets', progress: Progress) {
  const api = measuredApi(tables, edge);
  const clientId = `client-${edge}`;
  await fillClient(
    clientId,
    api.dependencies,
    createMessageLog(tables.newClient(), tables.names.messages, { settleSeconds: 4, clock: () => NOW_MS }),
    { subscriptions: SUBSCRIPTIONS, messages: MESSAGES },
    progress,
  );
  const { readUnits, body } = await api.ask(`/sessions/${clientId}`);
  const whole = await api.ask(`/sessions/${clientId}?waitingCap=10000`);
  const told = (asked: unknown) =>
    (asked as { readonly waiting: { readonly messages: number; readonly atLeast: boolean } }).waiting;
  if (told(whole.body).messages !== MESSAGES)
    throw new Error(`${told(whole.body).messages} messages were counted`);
  const what = `GET /sessions/{clientId}, ${SUBSCRIPTIONS} subscriptions, ${MESSAGES.toLocaleString('en')} waiting, ${edge} edge`;
  const { messages, atLeast } = told(body);
  const lines = [
    judged(readUnits <= MOST_SESSION_UNITS, {
      what: `${what}: read units`,
      toReach: `<= ${MOST_SESSION_UNITS}`,
      measured: String(readUnits),
      note: `counting stopped at ${messages} messages${atLeast ? ', which the answer says' : ''}`,
    }),
    stated({ what: `${what}, all of them counted: read units`, measured: String(whole.readUnits) }),
  ];
  return { lines, readUnits };
}

async function run(progress: Progress): Promise<Measured> {
  const dynamoDb = await ownDynamoDb();
  try {
    const few = await startTables({ dynamoDb: { ...dynamoDb, namespace: 'few-' } });
    const many = await startTables({ dynamoDb: { ...dynamoDb, namespace: 'many-' } });
    await fillSessions(few.newClient(), few.names.sessions, FEW, progress);
    await fillSessions(many.newClient(), many.names.sessions, MANY, progress);
    const [fewApi, manyApi] = [measuredApi(few), measuredApi(many)];
    const lines: Line[] = [];
    const values: Record<string, number> = {};
    for (const name of Object.keys(LISTS) as (keyof typeof LISTS)[]) {
      const measured = await measureList(name, fewApi, manyApi, progress);
      lines.push(...measured.lines);
      values[`api.list.${name}.ratio`] = measured.ratio;
      values[`api.list.${name}.readUnits`] = measured.readUnits;
    }
    for (const edge of ['lifecycle', 'packets'] as const) {
      const measured = await measureOne(many, edge, progress);
      lines.push(...measured.lines);
      values[`api.session.${edge}.readUnits`] = measured.readUnits;
    }
    await fillStatistics(
      createStatisticsStore(many.newClient(), many.names.statistics, { clock: () => NOW_MS }),
    );
    const { readUnits } = await manyApi.ask('/stats');
    lines.push(
      judged(readUnits <= MOST_STATS_UNITS, {
        what: 'GET /stats: read units',
        toReach: `<= ${MOST_STATS_UNITS}`,
        measured: String(readUnits),
      }),
    );
    values['api.stats.readUnits'] = readUnits;
    return { lines, values };
  } finally {
    await dynamoDb.stop();
  }
}

export const apiUnits: Figure = {
  name: 'api-units',
  title: 'what look-ups of the session API take',
  run,
};
