import { exists } from '#session/session';
import { CLIENT_SHARDS } from '#store/table-definitions';
import type { Budget } from './budget.ts';
import type { SurveyDependencies } from './dependencies.ts';
import { type ClientLook, lookAtClient } from './look-at-client.ts';
import { type ClientPlace, type Round, withProblem, withSession } from './round.ts';

const MOST_AT_ONCE = 25;
/** A session of which little is known. */
const UNITS_OF_A_LOOK = 5;

export interface GoneRound {
  readonly round: Round;
  /** Where the next run goes on; absent when the round has come to its end. */
  readonly next?: ClientPlace;
}

interface Run {
  readonly budget: Budget;
  readonly nowMs: number;
  /** Clients that this run has looked at already. */
  readonly looks: Map<string, ClientLook>;
}

/** Looks at a client, unless this run has; undefined when it could not be looked at. */
export async function lookOnce(
  session: Parameters<typeof lookAtClient>[0],
  dependencies: SurveyDependencies,
  { looks, nowMs }: Pick<Run, 'looks' | 'nowMs'>,
): Promise<ClientLook | undefined> {
  const known = looks.get(session.clientId);
  if (known !== undefined) return known;
  try {
    const look = await lookAtClient(session, dependencies, nowMs);
    looks.set(session.clientId, look);
    return look;
  } catch (error) {
    dependencies.onProblem(session.clientId, error);
    return undefined;
  }
}

/** Goes on with a round from a place, as far as the budget allows. */
export async function goRound(
  begun: Round,
  from: ClientPlace,
  dependencies: SurveyDependencies,
  run: Run,
): Promise<GoneRound> {
  let round = begun;
  let place: ClientPlace = from;
  while (place.shard < CLIENT_SHARDS) {
    const limit = Math.min(MOST_AT_ONCE, run.budget.looks(1, UNITS_OF_A_LOOK));
    if (limit === 0) return { round, next: place };
    const { clientIds, isLast } = await dependencies.clientPage({ ...place, limit });
    const found = await dependencies.sessions.getMany(clientIds, { consistent: false });
    const sessions = new Map(found.map((session) => [session.clientId, session]));
    for (const clientId of clientIds) {
      if (!run.budget.allows(1)) return { round, next: place };
      place = { shard: place.shard, after: clientId };
      const session = sessions.get(clientId);
      if (!exists(session, run.nowMs)) continue;
      const look = await lookOnce(session, dependencies, run);
      round = look === undefined ? withProblem(round) : withSession(round, look.waiting);
    }
    if (isLast) place = { shard: place.shard + 1 };
  }
  return { round };
}
