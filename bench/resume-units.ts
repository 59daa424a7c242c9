import { seededRandom } from '#local/random';
import type { TestTables } from '#test/store/dynamodb/tables';
import { FLEET } from './cost-rates.ts';
import { type Figure, judged, type Measured, stated } from './figure.ts';
import { exampleMessage } from './messages.ts';
import type { Progress } from './progress.ts';
import { Service } from './service.ts';
import { sumOf, withTables } from './tables.ts';

const MESSAGES = 1_000;
const BYTES = 256;
const TOPICS = 8;
const HOUR_MS = 3_600_000;
const SEED = 5;

/** What it costs to give a returned client so many waiting messages, to the last look for stragglers. */
export async function measureResumeUnits(
  tables: TestTables,
  messages: number,
  progress: Progress,
): Promise<Measured> {
  const random = seededRandom(SEED);
  const service = new Service(tables);
  const { edge } = service;
  const filter = edge.filter('#');
  edge.broker.grant(filter);
  await service.handle(edge.connected(0, service.nowMs));
  service.wait(200);
  await service.handle(edge.subscribed(0, service.nowMs, filter));
  service.wait(60_000);
  await service.handle(
    edge.disconnected(0, service.nowMs, { disconnectReason: 'CLIENT_INITIATED_DISCONNECT' }),
  );
  for (let index = 0; index < messages; index += 1) {
    service.wait(1_000);
    const topic = edge.filter(`orders/${index % TOPICS}`);
    await service.publish(exampleMessage({ topic, bytes: BYTES, receivedAtMs: service.nowMs }, random));
    progress(`${index + 1} of ${messages} messages published`);
  }
  service.wait(HOUR_MS);
  edge.requests.all.length = 0;
  const connect = await service.handle(edge.connected(1, service.nowMs));
  service.wait(200);
  const subscribe = await service.handle(edge.subscribed(1, service.nowMs, filter));
  const runs = await service.deliver();
  const delivered = edge.broker.sent.filter(({ confirm }) => confirm).length;
  if (delivered !== messages) throw new Error(`${delivered} of ${messages} messages were delivered`);
  if ((await edge.session()).owesDelivery) throw new Error('Delivery is still owed');
  const sum = sumOf(runs.flatMap(({ requests }) => requests));
  const events = sumOf([...connect, ...subscribe]);
  const told = runs.map(({ result, purpose, requests }) => {
    const { readUnits, writeUnits } = sumOf(requests);
    return `${purpose === 'stragglers' ? 'look for stragglers' : `catch-up, ${result.outcome}`}: ${readUnits} read, ${writeUnits} write`;
  });
  const what = `resume of ${messages.toLocaleString('en')} waiting messages of ${BYTES} B`;
  return {
    lines: [
      judged(sum.readUnits <= 100, {
        what: `${what}: read units`,
        toReach: '<= 100',
        measured: String(sum.readUnits),
        note: `all runs of the pump until nothing is due: ${told.join('; ')}`,
      }),
      judged(sum.writeUnits <= 25, {
        what: `${what}: write units`,
        toReach: '<= 25',
        measured: String(sum.writeUnits),
        note: `a write of the session every 100 messages or 8 seconds, with its lease; the events of the return itself (connect, subscribe) are ${events.writeUnits} more and are counted below`,
      }),
      judged(sum.deletes === 0, { what: `${what}: deletes`, toReach: '0', measured: String(sum.deletes) }),
      stated({ what: `${what}: runs of the pump`, measured: String(runs.length) }),
    ],
    values: {
      [`resume.${messages}.readUnits`]: sum.readUnits,
      [`resume.${messages}.writeUnits`]: sum.writeUnits,
      [`resume.${messages}.runs`]: runs.length,
    },
  };
}

export const resumeUnits: Figure = {
  name: 'resume-units',
  title: 'what it costs to give a client what it missed',
  run: (progress) =>
    withTables(async (tables) => {
      const few = await measureResumeUnits(tables, FLEET.waitingMessagesPerReconnect, progress);
      const many = await measureResumeUnits(tables, MESSAGES, progress);
      // The few are for the cost model; their lines say nothing new.
      return { ...many, values: { ...few.values, ...many.values } };
    }),
};
