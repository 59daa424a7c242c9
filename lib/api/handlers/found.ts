import type { ApiDependencies } from '../dependencies.ts';
import type { Advice } from '../schemas/advice.ts';
import { toldAdvice } from './told-advice.ts';

/** What a problem `session.notFound` says. */
export const NO_SESSION = {
  detail:
    'The client has no session now, or it has expired; /sessions/{clientId}/history says what became of it',
};

/** What is told without being asked for more stays within ten read units, with this much for what waits. */
export const FEW_WAITING = { cap: 100, readUnits: 4 };

const MOST_ADVICE = 10;

/** What the last survey advises on one client. */
export async function adviceOn(
  clientId: string,
  { statistics, advicePrefixes }: Pick<ApiDependencies, 'statistics' | 'advicePrefixes'>,
): Promise<readonly Advice[]> {
  const pages = await Promise.all(
    advicePrefixes(clientId).map((prefix) => statistics.advice<Advice>({ limit: MOST_ADVICE, prefix })),
  );
  return pages.flatMap(({ advice }) => advice.map(toldAdvice));
}
