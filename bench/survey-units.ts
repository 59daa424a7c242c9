import { seededRandom } from '#local/random';
import { DEFAULT_SETTINGS } from '#session/configuration/settings';
import { positionOf } from '#session/position';
import type { Session } from '#session/session';
import { historyItem } from '#store/history/history-item';
import { logKey, toItem as toMessageItem } from '#store/messages/message-item';
import { toItem as toRouteItem } from '#store/routes/route-item';
import { toItem as toSessionItem } from '#store/sessions/session-item';
import { toItem as toSubscriptionItem } from '#store/subscriptions/subscription-item';
import type { TestTables } from '#test/store/dynamodb/tables';
import { awaySession, NOW_MS, SurveyedFleet, subscriptionOf } from '#test/survey/surveyed-fleet';
import { type Figure, judged, type Measured, stated } from './figure.ts';
import { exampleMessage } from './messages.ts';
import type { Progress } from './progress.ts';
import { putAll, withTables } from './tables.ts';

const SESSIONS = 1_000;
const BUDGET = DEFAULT_SETTINGS.surveyReadUnits;
const HOUR_MS = 3_600_000;
const BYTES = 256;
/** Of each session: connects and disconnects of five absences. */
const ENTRIES = 10;
/** Most clients wait for little, a few for much. */
const WAITING = [0, 0, 0, 1, 1, 2, 3, 5, 20, 400] as const;
const SEED = 11;

function entriesOf({ clientId, incarnation }: Session) {
  return Array.from({ length: ENTRIES }, (_, index) => {
    const entry = { clientId, id: String(index), atMs: NOW_MS - (ENTRIES - index) * HOUR_MS, incarnation };
    return index % 2 === 1
      ? { ...entry, type: 'disconnected' as const, reason: 'CONNECTION_LOST' }
      : {
          ...entry,
          type: 'resumed' as const,
          sessionPresent: true,
          sessionExpiryInterval: 86_400,
          ipAddress: '192.168.100.17',
          principal: 'f2b0c8a1e4d94f7a8c6b5d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a',
        };
  });
}

/** A fleet that is away, with a filter of its own for each client, straight into the tables. */
async function putFleet(tables: TestTables, sessions: number, progress: Progress): Promise<number> {
  const random = seededRandom(SEED);
  const { names } = tables;
  const client = tables.newClient();
  const expiresAt = NOW_MS / 1000 + 86_400;
  const fleet = Array.from({ length: sessions }, (_, index) => awaySession(`vehicle-${index}`, NOW_MS));
  const subscriptions = fleet.map(subscriptionOf);
  const messages = subscriptions.flatMap(({ filter }, index) => {
    const count = WAITING[index % WAITING.length] ?? 0;
    return Array.from({ length: count }, (_, number) => {
      const receivedAtMs = NOW_MS - Math.floor(((count - number) / (count + 1)) * HOUR_MS);
      const message = exampleMessage({ topic: filter, bytes: BYTES, receivedAtMs }, random);
      const position = positionOf(receivedAtMs, message.messageId);
      return toMessageItem({ ...message, position }, logKey(filter, 0), expiresAt);
    });
  });
  const put = (table: string, items: Parameters<typeof putAll>[2]) => putAll(client, table, items, progress);
  await put(names.sessions, fleet.map(toSessionItem));
  await put(
    names.subscriptions,
    subscriptions.map((subscription) => toSubscriptionItem({ subscription, revision: 1 }, NOW_MS)),
  );
  await put(
    names.routes,
    subscriptions.map(({ filter }) => toRouteItem({ filter, retainSeconds: 86_400, shards: 1 })),
  );
  await put(names.messages, messages);
  await put(
    names.history,
    fleet.flatMap((session) => entriesOf(session).map((entry) => historyItem(entry, expiresAt))),
  );
  return messages.length;
}

/** What the survey of a fleet uses, run after run until each session was looked at. */
export async function measureSurveyUnits(
  tables: TestTables,
  sessions: number,
  progress: Progress,
): Promise<Measured> {
  const waiting = await putFleet(tables, sessions, progress);
  const fleet = new SurveyedFleet(tables, BUDGET);
  await fleet.count(sessions);
  const units: number[] = [];
  const times: number[] = [];
  let looks = 0;
  for (let isDone = false; !isDone; ) {
    const startedAtMs = performance.now();
    const { survey, clients, readUnits } = await fleet.survey();
    times.push(performance.now() - startedAtMs);
    units.push(readUnits);
    looks += clients;
    progress(`${looks} of ${sessions} sessions looked at`);
    isDone = survey.next === undefined;
    if (isDone) check(survey.round, { sessions, waiting });
  }
  const most = Math.max(...units);
  const total = units.reduce((sum, each) => sum + each, 0);
  const count = sessions.toLocaleString('en');
  return {
    lines: [
      judged(most <= BUDGET, {
        what: `survey of ${count} sessions: read units a run, at the most`,
        toReach: `<= ${BUDGET}`,
        measured: String(most),
        note: `each session away, one subscription, ${ENTRIES} entries of history, ${WAITING.join(', ')} messages of ${BYTES} B in turn; as DynamoDB Local tells them`,
      }),
      stated({
        what: `survey of ${count} sessions: runs (minutes) until each was looked at`,
        measured: `${units.length}; ${(total / sessions).toFixed(1)} read units a session`,
      }),
      stated({
        what: `survey of ${count} sessions: time of a run, at the most`,
        measured: `${Math.round(Math.max(...times))} ms`,
        note: 'against DynamoDB Local, one session after the other',
      }),
    ],
    values: {
      [`survey.${sessions}.mostReadUnits`]: most,
      [`survey.${sessions}.runs`]: units.length,
      [`survey.${sessions}.readUnitsOfSession`]: total / sessions,
    },
  };
}

/** Of each session with very much waiting a part is counted, so the sum is about right. */
function check(
  round: { readonly sessions: number; readonly messages: number },
  expected: { readonly sessions: number; readonly waiting: number },
): void {
  const difference = Math.abs(round.messages - expected.waiting) / expected.waiting;
  if (round.sessions >= expected.sessions && difference < 0.1) return;
  throw new Error(
    `${round.sessions} of ${expected.sessions} sessions were looked at, ${round.messages} of ${expected.waiting} messages found`,
  );
}

export const surveyUnits: Figure = {
  name: 'survey-units',
  title: 'what the survey of the sessions uses each minute',
  run: (progress) => withTables((tables) => measureSurveyUnits(tables, SESSIONS, progress)),
};
