import type { Consumed } from '#store/requests/capacity';
import type { TestTables } from '#test/store/dynamodb/tables';
import { type Figure, judged, type Line, type Measured, stated } from './figure.ts';
import type { Progress } from './progress.ts';
import { Service } from './service.ts';
import { sumOf, withTables } from './tables.ts';

const MOST = 8;
const MINUTE_MS = 60_000;

type Step = 'connect' | 'subscribe' | 'deliver' | 'disconnect';

/** One request that writes. */
interface Write {
  readonly step: Step;
  readonly table: string;
  readonly tableUnits: number;
  readonly indexUnits: number;
  readonly why: string;
}

/** Why each table is written at each step; a write without a reason here fails the measurement. */
const REASONS: Readonly<Record<string, string>> = {
  'connect sessions':
    'the session record: that it exists, its connection, since when delivery is owed; without it nothing survives',
  'subscribe sessions': 'the session record: the subscribe event was the first to tell of its connection',
  'subscribe subscriptions': 'the subscription with QoS and time, so that it outlives the connection',
  'subscribe routes':
    'the route, or the shape of the first filter of its kind and how many shapes there are: without it no message is logged',
  'deliver sessions': 'the pump: progress, and that the client has caught up, so that nothing is repeated',
  'disconnect sessions':
    'the session record: when the session ends (TTL) and from where messages are owed to the client',
};

const INDEX_REASONS: Readonly<Record<string, string>> = {
  sessions:
    'operators’ lists: entry of byStatus, 1 when it is new, 2 when status or order change (old one out, new one in); entry of byClientId, 1 when the session is new',
  subscriptions: 'entry of byFilter, from which it is known whether a route still has a subscriber',
};

const INDEX_RULE =
  'each write with its reason below, the pump included; indexes as DynamoDB Local tells them, which is the documented rule: 1 for an entry put in, 1 for one taken out, none when its keys stay as they are. A QoS that the broker could only be asked later, or a second try after a lost race, is one more each';

interface Case {
  readonly name: string;
  readonly title: string;
  /** Absent: stated only. */
  readonly most?: number;
  /** Brings the tables to where the case begins. */
  prepare(service: Service, other: Service, filter: string): Promise<void>;
}

interface Life {
  readonly writes: readonly Write[];
  /** Of the three events, without the pump. */
  readonly eventReadUnits: number;
}

async function live(service: Service, filter: string, version: number): Promise<Life> {
  const { edge } = service;
  edge.broker.grant(filter);
  const writes: Write[] = [];
  let eventReadUnits = 0;
  const count = (step: Step, requests: readonly Consumed[]) => {
    writes.push(...writesOf(step, requests));
    if (step !== 'deliver') eventReadUnits += sumOf(requests).readUnits;
  };
  count('connect', await service.handle(edge.connected(version, service.nowMs)));
  service.wait(200);
  count('subscribe', await service.handle(edge.subscribed(version, service.nowMs, filter)));
  if ((await edge.filters()).length !== 1) throw new Error(`The service took no note of ${filter}`);
  service.ledger.take();
  const runs = await service.deliver();
  for (const { requests } of runs) count('deliver', requests);
  service.wait(10 * MINUTE_MS);
  const disconnected = edge.disconnected(version, service.nowMs, { disconnectReason: 'CONNECTION_LOST' });
  count('disconnect', await service.handle(disconnected));
  service.wait(30 * MINUTE_MS);
  return { writes, eventReadUnits };
}

const CASES: readonly Case[] = [
  {
    name: 'new',
    title: 'a new client, filter known',
    most: MOST,
    prepare: async (_service, other, filter) => {
      await live(other, filter, 0);
    },
  },
  {
    name: 'first',
    title: 'the first client of a new filter and shape',
    // The first shape of a table begins the count of them, once for all.
    prepare: async (_service, other) => {
      await live(other, other.edge.filter('orders'), 0);
    },
  },
  {
    name: 'returning',
    title: 'a client that returns after half an hour, nothing waiting',
    prepare: async (service, _other, filter) => {
      await live(service, filter, 0);
    },
  },
];

function writesOf(step: Step, requests: readonly Consumed[]): Write[] {
  return requests
    .filter(({ writeUnits }) => writeUnits > 0)
    .map(({ table, writeUnits, indexes }) => {
      const indexUnits = Object.values(indexes).reduce((total, units) => total + units, 0);
      const why = REASONS[`${step} ${table}`];
      if (why === undefined) throw new Error(`Nobody has said why ${table} is written on ${step}`);
      return { step, table, tableUnits: writeUnits - indexUnits, indexUnits, why };
    });
}

function unitsOf(writes: readonly Write[]): number {
  return writes.reduce((total, { tableUnits, indexUnits }) => total + tableUnits + indexUnits, 0);
}

function detailsOf(title: string, writes: readonly Write[]): string {
  const rows = writes.map(({ step, table, tableUnits, indexUnits, why }) => {
    const index = indexUnits === 0 ? '' : `; index: ${INDEX_REASONS[table] ?? ''}`;
    return `| ${step} | ${table} | ${tableUnits} | ${indexUnits} | ${why}${index} |`;
  });
  return [
    `**Write units of ${title}: ${unitsOf(writes)}**`,
    '',
    '| event | table | table | index | why |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

async function measureCase(tables: TestTables, { prepare }: Case): Promise<Life> {
  const service = new Service(tables);
  const other = new Service(tables);
  const filter = service.edge.filter('+/orders');
  await prepare(service, other, filter);
  service.edge.requests.all.length = 0;
  return live(service, filter, 1);
}

/** What each client costs that comes, subscribes and goes. */
export async function measureConnectionUnits(tables: TestTables, progress: Progress): Promise<Measured> {
  const lines: Line[] = [];
  const values: Record<string, number> = {};
  const details: string[] = [];
  // The case with the new shape comes first, or another case would have brought it.
  const order = [...CASES].sort(
    (one, other) => Number(other.name === 'first') - Number(one.name === 'first'),
  );
  const measured = new Map<string, Life>();
  for (const each of order) {
    progress(each.title);
    measured.set(each.name, await measureCase(tables, each));
  }
  for (const each of CASES) {
    const { writes, eventReadUnits } = measured.get(each.name) ?? { writes: [], eventReadUnits: 0 };
    const units = unitsOf(writes);
    const ofIndexes = writes.reduce((total, { indexUnits }) => total + indexUnits, 0);
    const what = `write units: connect + one subscribe + disconnect, ${each.title}`;
    const line = {
      what,
      measured: `${units} (of them ${ofIndexes} of indexes)`,
      ...(each.most === undefined ? {} : { note: INDEX_RULE }),
    };
    lines.push(
      each.most === undefined
        ? stated(line)
        : judged(units <= each.most, { ...line, toReach: `<= ${each.most}` }),
    );
    values[`connection.${each.name}.writeUnits`] = units;
    values[`connection.${each.name}.eventWriteUnits`] = unitsOf(
      writes.filter(({ step }) => step !== 'deliver'),
    );
    values[`connection.${each.name}.eventReadUnits`] = eventReadUnits;
    details.push(detailsOf(each.title, writes));
  }
  return { lines, values, details: details.join('\n') };
}

export const connectionUnits: Figure = {
  name: 'connection-units',
  title: 'what a client costs that connects, subscribes and goes',
  run: (progress) => withTables((tables) => measureConnectionUnits(tables, progress)),
};
