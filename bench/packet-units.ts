import { randomUUID } from 'node:crypto';
import type { TestTables } from '#test/store/dynamodb/tables';
import { type Figure, judged, type Line, type Measured } from './figure.ts';
import { PacketClient, type Step } from './packet-client.ts';
import type { Progress } from './progress.ts';
import { sumOf, withTables } from './tables.ts';

const MOST = { qos1: 4, qos2: 8, connectReads: 4, connectWrites: 2 } as const;
const SUBSCRIPTIONS = 20;
const PAYLOAD = Buffer.alloc(256, 'a');

/** Why each table is written at each step; a write without a reason here fails the measurement. */
const REASONS: Readonly<Record<string, string>> = {
  'PUBLISH messages': 'the message, once in the log of the filter that it matches',
  'PUBLISH inflight':
    'its packet identifier, in one transaction with the message: a transaction counts double',
  'PUBREL inflight': 'the packet identifier is free again',
  'delivery inflight': 'the message is under way, under a packet identifier: it is sent again after a return',
  'PUBACK inflight': 'the message is acknowledged, the packet identifier free',
  'PUBREC inflight': 'the client has the message: from now on only PUBREL is sent again',
  'PUBCOMP inflight': 'the handshake has ended, the packet identifier is free',
  'CONNECT sessions':
    'the session record: its connection, and where its packets go; index: one entry of byStatus out, one in',
};

/** DynamoDB Local tells four units for an item of a transaction; DynamoDB's documented rule is two. */
const OVERSTATED_BY_LOCAL = 2;

const TRANSACTION_NOTE =
  'the two items of the transaction by DynamoDB’s documented rule of two units each; DynamoDB Local tells four';

interface Written {
  readonly step: string;
  readonly table: string;
  readonly units: number;
  readonly why: string;
}

function writesOf(steps: readonly Step[]): Written[] {
  return steps.flatMap(({ name, requests }) =>
    requests
      .filter(({ writeUnits }) => writeUnits > 0)
      .map(({ table, writeUnits, operation }) => {
        const units = operation.startsWith('Transact') ? writeUnits / OVERSTATED_BY_LOCAL : writeUnits;
        const why = REASONS[`${name} ${table}`];
        if (why === undefined) throw new Error(`Nobody has said why ${table} is written on ${name}`);
        return { step: name, table, units, why };
      }),
  );
}

function detailsOf(title: string, writes: readonly Written[]): string {
  return [
    `**Write units of ${title}: ${writes.reduce((sum, { units }) => sum + units, 0)}**`,
    '',
    '| packet | table | units | why |',
    '| --- | --- | --- | --- |',
    ...writes.map(({ step, table, units, why }) => `| ${step} | ${table} | ${units} | ${why} |`),
    '',
  ].join('\n');
}

/** Packet identifier of the PUBLISH among the answers. */
function packetIdOf(answers: readonly Buffer[]): number {
  const publish = answers.find((bytes) => (bytes[0] ?? 0) >> 4 === 3);
  if (publish === undefined) throw new Error('No message was delivered');
  // Short packets: one byte of remaining length, then the topic.
  const isLong = ((publish[1] ?? 0) & 0x80) !== 0;
  const start = isLong ? 3 : 2;
  return publish.readUInt16BE(start + 2 + publish.readUInt16BE(start));
}

async function pair(tables: TestTables) {
  const topic = `plant/${randomUUID()}`;
  const publisher = new PacketClient(tables, `publisher-${randomUUID()}`);
  const subscriber = new PacketClient(tables, `subscriber-${randomUUID()}`);
  await publisher.connect(0, true);
  await subscriber.connect(3600, true);
  const subscriptions = [{ topic, qos: 2 as const }];
  await subscriber.send('SUBSCRIBE', { cmd: 'subscribe', messageId: 1, subscriptions });
  return { topic, publisher, subscriber };
}

async function roundTrip(tables: TestTables, qos: 1 | 2): Promise<readonly Step[]> {
  const { topic, publisher, subscriber } = await pair(tables);
  const publish = {
    cmd: 'publish',
    topic,
    payload: PAYLOAD,
    qos,
    messageId: 7,
    dup: false,
    retain: false,
  } as const;
  const steps: Step[] = [];
  steps.push((await publisher.send('PUBLISH', publish)).step);
  if (qos === 2) steps.push((await publisher.send('PUBREL', { cmd: 'pubrel', messageId: 7 })).step);
  const delivered = await subscriber.look('delivery', topic);
  steps.push(delivered.step);
  const messageId = packetIdOf(delivered.answers);
  if (qos === 1) {
    steps.push((await subscriber.send('PUBACK', { cmd: 'puback', messageId })).step);
    return steps;
  }
  steps.push((await subscriber.send('PUBREC', { cmd: 'pubrec', messageId })).step);
  steps.push((await subscriber.send('PUBCOMP', { cmd: 'pubcomp', messageId })).step);
  return steps;
}

/** A session of twenty subscriptions returns, and nothing waits for it. */
async function returning(tables: TestTables): Promise<Step> {
  const clientId = `returning-${randomUUID()}`;
  const first = new PacketClient(tables, clientId);
  await first.connect(3600, true);
  for (let index = 0; index < SUBSCRIPTIONS; index += 1) {
    const subscriptions = [{ topic: `${clientId}/${index}/+`, qos: 1 as const }];
    await first.send('SUBSCRIBE', { cmd: 'subscribe', messageId: index + 1, subscriptions });
  }
  await first.send('DISCONNECT', { cmd: 'disconnect', reasonCode: 0 });
  return new PacketClient(tables, clientId).connect(3600, false);
}

/** What the packet edge writes and reads, packet by packet. */
export async function measurePacketUnits(tables: TestTables, progress: Progress): Promise<Measured> {
  const lines: Line[] = [];
  const values: Record<string, number> = {};
  const details: string[] = [];
  for (const qos of [1, 2] as const) {
    progress(`QoS ${qos}`);
    const writes = writesOf(await roundTrip(tables, qos));
    const units = writes.reduce((sum, each) => sum + each.units, 0);
    const most = MOST[`qos${qos}`];
    const what = `packet edge, write units: a QoS ${qos} message from one client to another, every handshake`;
    const note = qos === 2 ? { note: TRANSACTION_NOTE } : {};
    lines.push(judged(units <= most, { what, toReach: `<= ${most}`, measured: String(units), ...note }));
    values[`packets.qos${qos}.writeUnits`] = units;
    details.push(detailsOf(`a QoS ${qos} message from one client to another`, writes));
  }
  progress('a session that returns');
  const step = await returning(tables);
  const { writeUnits } = sumOf(step.requests);
  const emptyReads = step.requests.filter(({ table, readUnits }) => table === 'messages' && readUnits === 0);
  // DynamoDB Local tells nothing for a consistent read that finds nothing; DynamoDB's least is one unit.
  const readUnits = sumOf(step.requests).readUnits + emptyReads.length;
  const what = `packet edge, ${SUBSCRIPTIONS} subscriptions and no backlog, a session returns`;
  lines.push(
    judged(readUnits <= MOST.connectReads, {
      what: `${what}: read units`,
      toReach: `<= ${MOST.connectReads}`,
      measured: `${readUnits} (of them ${emptyReads.length} for empty logs)`,
      note: 'that nothing waits is only known from the log of each filter and the client’s own, and the least that DynamoDB counts for a consistent read is one unit, also where DynamoDB Local tells none. A sign on the session that something waits would be a write for each sleeping subscriber',
    }),
    judged(writeUnits <= MOST.connectWrites, {
      what: `${what}: write units`,
      toReach: `<= ${MOST.connectWrites}`,
      measured: String(writeUnits),
      note: 'one for the session record, two because the operators’ index moves it from the disconnected to the connected: its old entry goes, a new one comes',
    }),
  );
  values['packets.returning.readUnits'] = readUnits;
  values['packets.returning.writeUnits'] = writeUnits;
  details.push(detailsOf('a session that returns', writesOf([step])));
  return { lines, values, details: details.join('\n') };
}

export const packetUnits: Figure = {
  name: 'packet-units',
  title: 'what the packet edge writes and reads, packet by packet',
  run: (progress) => withTables((tables) => measurePacketUnits(tables, progress)),
};
