import type { LifeRules } from '#session/life/life';
import { newestConnection, type Session } from '#session/session';
import { brokenRun } from './broken-run.ts';
import { compareStories, type StoryChange } from './compare-stories.ts';
import { connectionEntries } from './connection-entries.ts';
import { connectionEvents } from './connection-events.ts';
import { storyOf } from './connection-story.ts';
import { counterChanges } from './counter-changes.ts';
import type { CounterChanges } from './counts.ts';
import { droppedBetween } from './drops.ts';
import type { EntryChanges, HistoryEntry } from './entry.ts';
import type { PublishedEvent } from './event-schemas.ts';

/** One write of a session, as a record of the stream tells it. */
export interface SessionWrite {
  readonly before: Session | undefined;
  /** Absent: removed. */
  readonly after: Session | undefined;
  readonly removedByTimeToLive: boolean;
  /** When it was recorded, for what has no time of its own. */
  readonly recordedAtMs: number;
}

/** What a write tells of a session that was not told before, and what it takes back. */
export interface Happened extends EntryChanges {
  readonly counters: CounterChanges;
  readonly events: readonly PublishedEvent[];
}

function intervalChanges(
  before: Session | undefined,
  after: Session,
  recordedAtMs: number,
): readonly HistoryEntry[] {
  if (before === undefined || before.incarnation !== after.incarnation) return [];
  const isSame =
    newestConnection(before).sessionIdentifier === newestConnection(after).sessionIdentifier &&
    before.sessionExpiryInterval !== after.sessionExpiryInterval;
  if (!isSame) return [];
  const declaration =
    after.declarations.length > before.declarations.length ? after.declarations.at(-1) : undefined;
  const { clientId, incarnation, revision, sessionExpiryInterval } = after;
  return [
    {
      clientId,
      atMs: declaration?.atMs ?? recordedAtMs,
      id: `revision ${revision}`,
      type: 'intervalChanged',
      incarnation,
      sessionExpiryInterval,
      previousInterval: before.sessionExpiryInterval,
    },
  ];
}

function storyChanges(
  { before, after, removedByTimeToLive }: SessionWrite,
  rules: LifeRules,
): readonly StoryChange[] {
  const told = before === undefined ? [] : storyOf(before, rules, false);
  if (after !== undefined) return compareStories(told, storyOf(after, rules, false));
  if (before === undefined || !removedByTimeToLive) return [];
  return compareStories(told, storyOf(before, rules, true));
}

/**
 * What a write of a session tells. Told of all writes of a session, in order, it is the same for every order and any
 * duplication of the events behind them: what was told too early, or otherwise, is taken back.
 */
export function deriveHistory(write: SessionWrite, rules: LifeRules): Happened {
  const { before, after, recordedAtMs } = write;
  const stories = storyChanges(write, rules);
  const clientId = (after ?? before)?.clientId ?? '';
  const changes = stories.map((change) => connectionEntries(clientId, change, [after, before]));
  const counters = counterChanges(stories, before, after);
  const broken = brokenRun(before, after);
  const entries = [...changes.flatMap((change) => change.entries), ...broken.entries];
  const retracted = changes.flatMap((change) => change.retracted);
  if (after === undefined) return { entries, retracted, counters, events: broken.events };
  const dropped = droppedBetween(before, after, recordedAtMs);
  return {
    entries: [...entries, ...intervalChanges(before, after, recordedAtMs), ...dropped.entries],
    retracted,
    counters,
    events: [
      ...stories.flatMap((change) => connectionEvents(change, { before, after })),
      ...broken.events,
      ...dropped.events,
    ],
  };
}
