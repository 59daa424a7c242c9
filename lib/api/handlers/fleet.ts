import { fleetStats, type SurveyFindings } from '#operator/look-ups/fleet-stats';
import { cursorsOf, FOREIGN_CURSOR, pageStart } from '../cursor.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { Api } from '../environment.ts';
import { isoTime } from '../iso-time.ts';
import { problemAnswer } from '../problem.ts';
import { getAdvice, getStats, getStatsPoints } from '../routes/fleet.ts';
import type { Advice } from '../schemas/advice.ts';
import { toldAdvice } from './told-advice.ts';

const HOUR_MS = 3_600_000;

/** Counts of the whole fleet and what a survey has found. */
export function addFleet(api: Api, { statistics, clock }: ApiDependencies): void {
  api.openapi(getStats, async (context) => {
    const { atMs, counts, survey, perMinute } = await fleetStats(statistics, clock());
    const { connected, disconnected, expiring, totals } = counts;
    return context.json(
      {
        at: isoTime(atMs),
        sessions: { connected, disconnected, total: connected + disconnected },
        expiring,
        ...(survey !== undefined && {
          waiting: {
            messages: survey.waiting.messages,
            bytes: survey.waiting.bytes,
            isEstimate: survey.waiting.isEstimate,
            surveyedAt: isoTime(survey.surveyedAtMs),
          },
        }),
        totals,
        ...(perMinute !== undefined && { rates: { perMinute } }),
      },
      200,
    );
  });

  api.openapi(getStatsPoints, async (context) => {
    const { hours } = context.req.valid('query');
    const nowMs = clock();
    const points = await statistics.points(nowMs - hours * HOUR_MS, nowMs);
    const told = points.map(({ atMs, connected, disconnected, waiting, totals }) => {
      const { delivered, expired, takenOver, dropped } = totals;
      return { at: isoTime(atMs), connected, disconnected, waiting, delivered, expired, takenOver, dropped };
    });
    return context.json({ points: told }, 200);
  });

  api.openapi(getAdvice, async (context) => {
    const query = context.req.valid('query');
    const cursors = cursorsOf('getAdvice', query);
    const start = pageStart(cursors, query.cursor);
    if (!start.valid) return problemAnswer(context, 'cursor.invalid', FOREIGN_CURSOR);
    const startKey = start.key === undefined ? {} : { startKey: start.key };
    const [page, survey] = await Promise.all([
      statistics.advice<Advice>({ limit: query.limit, ...startKey }),
      statistics.survey<SurveyFindings>(),
    ]);
    return context.json(
      {
        advice: page.advice.map(toldAdvice),
        ...(survey !== undefined && { surveyedAt: isoTime(survey.surveyedAtMs) }),
        ...(page.nextKey !== undefined && { nextCursor: cursors.encode(page.nextKey) }),
      },
      200,
    );
  });
}
