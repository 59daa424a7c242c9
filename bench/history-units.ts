import { recordHistory } from '#edge/records/record-history';
import { createHistoryStore } from '#store/history/history';
import type { Consumed } from '#store/requests/capacity';
import { createStatisticsStore } from '#store/statistics/statistics';
import { RecordedWrites } from '#test/edge/world/recorded-writes';
import type { TestTables } from '#test/store/dynamodb/tables';
import { type Figure, judged, type Measured, stated } from './figure.ts';
import type { Progress } from './progress.ts';
import { Service } from './service.ts';
import { Ledger, sumOf, withTables } from './tables.ts';

const MOST = 4;
const MINUTE_MS = 60_000;
const THIRTY_DAYS_SECONDS = 2_592_000;

type Step = 'connect' | 'subscribe' | 'deliver' | 'disconnect';

/** Why each table is written for each step; a write without a reason here fails the measurement. */
const REASONS: Readonly<Record<string, string>> = {
  'connect history': 'the entry `resumed`, with address, principal and interval',
  'connect statistics': 'the counts: one resumed, one connected more, one away less, one that ends then less',
  'disconnect history': 'the entry `disconnected`, with its reason',
  'disconnect statistics': 'the counts: one disconnected, one connected less, one away more, when it ends',
};

interface Recorded {
  readonly step: Step;
  readonly requests: readonly Consumed[];
}

/** A client that has returned already subscribes, is looked after by the pump, and leaves. */
async function live(service: Service, version: number, recorded: (step: Step) => Promise<void>) {
  const { edge } = service;
  const filter = edge.filter('+/orders');
  edge.broker.grant(filter);
  const from = { ipAddress: '203.0.113.77', principalIdentifier: 'f2b0c8a1e4d94f7a8c6b5d3e2f1a0b9c' };
  await service.handle(edge.connected(version, service.nowMs, from));
  await recorded('connect');
  service.wait(200);
  await service.handle(edge.subscribed(version, service.nowMs, filter));
  await recorded('subscribe');
  await service.deliver();
  await recorded('deliver');
  service.wait(10 * MINUTE_MS);
  const reason = { disconnectReason: 'CONNECTION_LOST' };
  await service.handle(edge.disconnected(version, service.nowMs, reason));
  await recorded('disconnect');
  service.wait(30 * MINUTE_MS);
}

async function measureCycle(tables: TestTables): Promise<readonly Recorded[]> {
  const service = new Service(tables);
  const { dependencies } = service.edge;
  const writes = new RecordedWrites(dependencies.configuration);
  Object.assign(dependencies.sessions, writes.of({ ...dependencies.sessions }));
  const client = tables.newClient();
  const ledger = new Ledger(client);
  const { clock } = dependencies;
  const stores = {
    history: createHistoryStore(client, tables.names.history, { retentionSeconds: THIRTY_DAYS_SECONDS }),
    statistics: createStatisticsStore(client, tables.names.statistics, { clock }),
    publish: async () => undefined,
    clock,
  };
  const all: Recorded[] = [];
  const record = async (step: Step) => {
    ledger.take();
    // Each write is a batch of its own, as with a fleet that is quiet: the dearest case.
    for (const write of writes.take()) await recordHistory([write], stores);
    all.push({ step, requests: ledger.take() });
  };
  await live(service, 0, record);
  all.length = 0;
  await live(service, 1, record);
  return all;
}

function rowOf(step: Step, { table, writeUnits }: Consumed): string {
  const reason = REASONS[`${step} ${table}`];
  if (reason === undefined) throw new Error(`Nobody has said why ${table} is written after ${step}`);
  return `| ${step} | ${table} | ${writeUnits} | ${reason} |`;
}

/** What history and counts add to each client that comes and goes. */
export async function measureHistoryUnits(tables: TestTables, progress: Progress): Promise<Measured> {
  progress('a client that returns and leaves');
  const recorded = await measureCycle(tables);
  const { writeUnits, readUnits } = sumOf(recorded.flatMap(({ requests }) => requests));
  const rows = recorded.flatMap(({ step, requests }) =>
    requests.filter((each) => each.writeUnits > 0).map((each) => rowOf(step, each)),
  );
  const note =
    'one an entry, one an update of the counts where each record comes alone; a full batch of the stream counts its hundred records with four. A takeover, an expiry, drops and a delivery run are an entry each';
  return {
    lines: [
      judged(writeUnits <= MOST, {
        what: 'extra write units of history and counts: connect + one subscribe + disconnect of a client that returns',
        toReach: `<= ${MOST}`,
        measured: String(writeUnits),
        note,
      }),
      stated({
        what: 'extra read units of the same',
        measured: String(readUnits),
        note: 'the part of the counts as it stands, before each update',
      }),
    ],
    values: { 'history.writeUnits': writeUnits, 'history.readUnits': readUnits },
    details: [
      `**Write units of history and counts: ${writeUnits}**`,
      '',
      '| event | table | units | why |',
      '| --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n'),
  };
}

export const historyUnits: Figure = {
  name: 'history-units',
  title: 'what history and counts add to a client that comes and goes',
  run: (progress) => withTables((tables) => measureHistoryUnits(tables, progress)),
};
