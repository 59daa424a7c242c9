/** Where in the list of all clients a round goes on. */
export interface ClientPlace {
  /** The part of the list. */
  readonly shard: number;
  /** Behind this client identifier; absent: at the beginning of the part. */
  readonly after?: string;
}

/** One look at every session, over as many runs as it takes. */
export interface Round {
  readonly startedAtMs: number;
  /** Sessions that were looked at. */
  readonly sessions: number;
  readonly messages: number;
  readonly bytes: number;
  /** Some session could not be looked at, or not all that waits for it was counted. */
  readonly isEstimate: boolean;
}

export interface FleetWaiting {
  readonly messages: number;
  readonly bytes: number;
  /** Not every session was counted in this minute, or of some session not every message. */
  readonly isEstimate: boolean;
}

export function newRound(startedAtMs: number): Round {
  return { startedAtMs, sessions: 0, messages: 0, bytes: 0, isEstimate: false };
}

export function withSession(round: Round, waiting: FleetWaiting): Round {
  return {
    ...round,
    sessions: round.sessions + 1,
    messages: round.messages + waiting.messages,
    bytes: round.bytes + waiting.bytes,
    isEstimate: round.isEstimate || waiting.isEstimate,
  };
}

/** A session could not be looked at. */
export function withProblem(round: Round): Round {
  return { ...round, isEstimate: true };
}

/**
 * What waits for the fleet, from a round that goes on: the sessions that it has looked at as they are, the others
 * as in the round before; without one, as those that it has looked at.
 */
export function estimated(round: Round, before: Round | undefined, sessionsInAll: number): FleetWaiting {
  const covered = sessionsInAll === 0 ? 1 : Math.min(1, round.sessions / sessionsInAll);
  const otherwise = (of: 'messages' | 'bytes') => {
    if (before !== undefined) return before[of] * (1 - covered);
    return covered === 0 ? 0 : round[of] * (1 / covered - 1);
  };
  return {
    messages: Math.round(round.messages + otherwise('messages')),
    bytes: Math.round(round.bytes + otherwise('bytes')),
    isEstimate: true,
  };
}

/** What waits for the fleet, from a round that has come to its end in the run that began at `runAtMs`. */
export function counted(round: Round, runAtMs: number): FleetWaiting {
  const { messages, bytes, startedAtMs, isEstimate } = round;
  return { messages, bytes, isEstimate: isEstimate || startedAtMs !== runAtMs };
}
