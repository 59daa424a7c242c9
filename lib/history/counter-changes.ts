import type { Session } from '#session/session';
import type { StoryChange } from './compare-stories.ts';
import type { ConnectionStory } from './connection-story.ts';
import { type CounterChanges, type ExpiryChange, GAUGES, TOTALS, type Totals } from './counts.ts';

type ConnectionTotals = Pick<
  Totals,
  'started' | 'resumed' | 'takenOver' | 'disconnected' | 'expired' | 'ended'
>;

/** What a connection counts: a takeover also counts as what it found. */
function totalsOf(story: ConnectionStory | undefined): ConnectionTotals {
  const { began, over, lifeEnd } = story ?? {};
  return {
    started: Number(began?.sessionPresent === false),
    resumed: Number(began?.sessionPresent === true),
    takenOver: Number(began?.type === 'takenOver'),
    disconnected: Number(over !== undefined),
    expired: Number(lifeEnd?.reason === 'expired'),
    ended: Number(lifeEnd !== undefined && lifeEnd.reason !== 'expired'),
  };
}

function connectionDifference(changes: readonly StoryChange[], name: keyof ConnectionTotals): number {
  return changes.reduce((sum, { before, after }) => sum + totalsOf(after)[name] - totalsOf(before)[name], 0);
}

function droppedOf(session: Session | undefined): number {
  return Object.values(session?.drops ?? {}).reduce((sum, count) => sum + count, 0);
}

function expiryOf(session: Session | undefined, count: 1 | -1): readonly ExpiryChange[] {
  if (session?.status !== 'disconnected' || session.endsAtMs === undefined) return [];
  const { endsAtMs, sessionExpiryInterval } = session;
  return [{ endsAtMs, sessionExpiryInterval, count }];
}

function isSameExpiry(before: Session | undefined, after: Session | undefined): boolean {
  return (
    before?.status === after?.status &&
    before?.endsAtMs === after?.endsAtMs &&
    before?.sessionExpiryInterval === after?.sessionExpiryInterval
  );
}

function withoutZeros<Name extends string>(counts: readonly (readonly [Name, number])[]) {
  return Object.fromEntries(counts.filter(([, count]) => count !== 0)) as Partial<Record<Name, number>>;
}

/** What a change of a session adds to the counts; negative where an earlier change has counted otherwise. */
export function counterChanges(
  stories: readonly StoryChange[],
  before: Session | undefined,
  after: Session | undefined,
): CounterChanges {
  const difference = (name: (typeof TOTALS)[number]): number => {
    if (name === 'delivered') return after === undefined ? 0 : after.delivered - (before?.delivered ?? 0);
    if (name === 'dropped') return after === undefined ? 0 : droppedOf(after) - droppedOf(before);
    return connectionDifference(stories, name);
  };
  return {
    totals: withoutZeros(TOTALS.map((name) => [name, difference(name)] as const)),
    gauges: withoutZeros(
      GAUGES.map((name) => [name, Number(after?.status === name) - Number(before?.status === name)] as const),
    ),
    expiring: isSameExpiry(before, after) ? [] : [...expiryOf(before, -1), ...expiryOf(after, 1)],
  };
}

export function isNothing({ totals, gauges, expiring }: CounterChanges): boolean {
  return Object.keys(totals).length + Object.keys(gauges).length + expiring.length === 0;
}
