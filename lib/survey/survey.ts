import type { Counts } from '#history/counts';
import { exists } from '#session/session';
import { Budget } from './budget.ts';
import type { SurveyDependencies } from './dependencies.ts';
import { type GoneRound, goRound, lookOnce } from './go-round.ts';
import type { ClientLook } from './look-at-client.ts';
import { lookAtFilters } from './look-at-filters.ts';
import { type ClientPlace, counted, estimated, type FleetWaiting, newRound, type Round } from './round.ts';

/** What a run keeps for the next one and for whoever asks about the fleet. */
export interface Survey {
  readonly surveyedAtMs: number;
  readonly waiting: FleetWaiting;
  readonly round: Round;
  /** Where the round goes on; absent: the next run begins another one. */
  readonly next?: ClientPlace;
  /** The round before. */
  readonly before?: Round;
  /** Filters are looked at from behind this one on; absent: from the beginning. */
  readonly afterFilter?: string;
}

export interface SurveyRun {
  readonly survey: Survey;
  readonly counts: Counts;
  /** Clients looked at. */
  readonly clients: number;
  /** Advice that holds for these clients. */
  readonly advice: number;
  readonly readUnits: number;
}

/** Who was taken over is looked at first, for as long after it. */
const RECENTLY_MS = 5 * 60_000;
/** Parts of the budget, each with those before it. */
const SHARES = { takenOver: 0.35, filters: 0.45 } as const;

async function lookAtTakenOver(
  dependencies: SurveyDependencies,
  run: { readonly budget: Budget; readonly nowMs: number; readonly looks: Map<string, ClientLook> },
): Promise<void> {
  const clientIds = await dependencies.statistics.takenOver(run.nowMs - RECENTLY_MS);
  for (const clientId of clientIds) {
    if (!run.budget.allows(SHARES.takenOver)) return;
    const [session] = await dependencies.sessions.getMany([clientId], { consistent: false });
    if (exists(session, run.nowMs)) await lookOnce(session, dependencies, run);
  }
}

function waitingOf({ round, next }: GoneRound, before: Round | undefined, counts: Counts, nowMs: number) {
  if (next === undefined) return counted(round, nowMs);
  return estimated(round, before, counts.connected + counts.disconnected);
}

/**
 * Looks at a part of the fleet, a different one each time, and keeps what it found: what waits, advice, and a point
 * for the charts. Twice is as once: two runs from the same state look at the same clients and keep the same.
 *
 * @param hasTime false: the run comes to its end as soon as it can
 */
export async function runSurvey(
  dependencies: SurveyDependencies,
  hasTime: () => boolean = () => true,
): Promise<SurveyRun> {
  const { statistics, clock, readUnits, unitsUsed } = dependencies;
  const nowMs = clock();
  const budget = new Budget(readUnits, unitsUsed, hasTime);
  const looks = new Map<string, ClientLook>();
  const run = { budget, nowMs, looks };
  const [known, counts] = await Promise.all([statistics.survey<Survey>(), statistics.read(nowMs)]);

  await lookAtTakenOver(dependencies, run);
  const afterFilter = await lookAtFilters(known?.afterFilter, dependencies, {
    budget,
    share: SHARES.filters,
  });

  const isGoingOn = known?.next !== undefined;
  const begun = isGoingOn ? known.round : newRound(nowMs);
  const before = isGoingOn ? known.before : known?.round;
  const gone = await goRound(begun, known?.next ?? { shard: 0 }, dependencies, run);

  const survey: Survey = {
    surveyedAtMs: nowMs,
    waiting: waitingOf(gone, before, counts, nowMs),
    round: gone.round,
    ...(gone.next !== undefined && { next: gone.next }),
    ...(before !== undefined && { before }),
    ...(afterFilter !== undefined && { afterFilter }),
  };
  const { connected, disconnected, totals } = counts;
  await statistics.putPoint({
    atMs: nowMs,
    connected,
    disconnected,
    waiting: survey.waiting.messages,
    totals,
  });
  await statistics.putSurvey(survey);
  const advice = [...looks.values()].reduce((sum, look) => sum + look.advice.length, 0);
  return { survey, counts, clients: looks.size, advice, readUnits: budget.used };
}
