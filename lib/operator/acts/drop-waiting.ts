import { addDropsTo } from '#edge/add-drops';
import { ContendedSessionError } from '#edge/errors';
import { takeOverDelivered } from '#edge/session-end/take-over-delivered';
import type { Drops } from '#session/delivery/drops';
import { NAMED_DROPS } from '#session/delivery/overflow';
import { type Flow, startFlow } from '#session/flow/flow';
import { giveUp } from '#session/flow/reading';
import { LOG_START, positionAt } from '#session/position';
import { type Drop, exists, newestConnection, type Session } from '#session/session';
import { edgeOf } from '#session/session-edge';
import type { Operator, OperatorDependencies } from '../dependencies.ts';
import { waitingMessages } from '../waiting/waiting.ts';
import { isHeldByBroker, planWaiting } from '../waiting/waiting-plan.ts';
import { decide } from './decide.ts';
import { record } from './record.ts';

export type WaitingDrop =
  | { readonly outcome: 'notFound' }
  | {
      readonly outcome: 'dropped';
      readonly dropped: number;
      /** More were given up than were counted. */
      readonly atLeast: boolean;
      /** The broker's own session of the client still brings it what came for it, if it returns in time. */
      readonly heldByBroker: boolean;
    };

/** Counting stops here. */
const MAXIMUM_MESSAGES = 10_000;
const ATTEMPTS = 10;

/** What has been given up, as it stood until then. */
interface GivenUp {
  readonly session: Session;
  readonly flow?: Flow | undefined;
  readonly atMs: number;
}

/** The fact stands on the session: whatever is computed of it later begins behind it. */
async function giveUpInSession(
  clientId: string,
  isMeant: (session: Session) => boolean,
  dependencies: OperatorDependencies,
): Promise<GivenUp | undefined> {
  const atMs = dependencies.clock();
  const decided = await decide<undefined>(
    clientId,
    (prior) => {
      if (!exists(prior, atMs) || !isMeant(prior)) return { settled: undefined };
      const { sessionIdentifier, versionNumber, seenAtMs } = newestConnection(prior);
      const connection = {
        sessionIdentifier,
        ...(versionNumber !== undefined && { versionNumber }),
        seenAtMs,
        givenUpBefore: positionAt(atMs),
      };
      return { event: { kind: 'connection', connection } };
    },
    dependencies,
  );
  const prior = 'change' in decided ? decided.change.prior : undefined;
  return prior && { session: prior, atMs };
}

/** The client's flow says what it has been sent; one that has none yet gets one while it is connected. */
async function giveUpInFlow(
  session: Session,
  { flows, sessions, clock }: OperatorDependencies,
): Promise<GivenUp | 'noFlow' | 'contended'> {
  const { clientId, incarnation, status } = session;
  const stored = await flows.get(clientId);
  const flow = stored?.incarnation === incarnation ? stored : undefined;
  if (flow === undefined && status !== 'connected') return 'noFlow';
  if (flow === undefined) await takeOverDelivered(stored, sessions);
  const atMs = clock();
  const { sessionIdentifier } = newestConnection(session);
  const fresh: Flow = {
    ...startFlow(clientId, incarnation, sessionIdentifier, session.stragglersFrom ?? LOG_START),
    revision: stored?.revision ?? 0,
  };
  const write = await flows.write(giveUp(flow ?? fresh, positionAt(atMs)), stored?.revision);
  return write.written ? { session, flow, atMs } : 'contended';
}

async function giveUpAtPacketEdge(
  clientId: string,
  dependencies: OperatorDependencies,
): Promise<GivenUp | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const session = await dependencies.sessions.get(clientId);
    if (!exists(session, dependencies.clock())) return undefined;
    const inFlow = await giveUpInFlow(session, dependencies);
    if (inFlow === 'contended') continue;
    if (inFlow !== 'noFlow') return inFlow;
    // Nobody who has connected meanwhile has seen it: decided again.
    const isStillAway = ({ revision }: Session) => revision === session.revision;
    const inSession = await giveUpInSession(clientId, isStillAway, dependencies);
    if (inSession !== undefined) return inSession;
  }
  throw new ContendedSessionError(
    `The flow of ${clientId} was changed by others ${ATTEMPTS} times in a row; try again`,
  );
}

/** What waited when it was given up, each message once. */
async function count({ session, flow, atMs: nowMs }: GivenUp, dependencies: OperatorDependencies) {
  const { configuration, subscriptions, logPages, routes } = dependencies;
  const held = await subscriptions.list(session.clientId);
  const plan = planWaiting({ session, subscriptions: held, flow, configuration, nowMs });
  const { logShards } = configuration.settings;
  const end = positionAt(nowMs);
  const seen = new Set<string>();
  let last: Drop[] = [];
  for await (const message of waitingMessages(plan, { logPages, routes, logShards })) {
    const { messageId, topic, position } = message;
    if (position >= end) break;
    if (seen.has(messageId)) continue;
    if (seen.size >= MAXIMUM_MESSAGES) return { dropped: seen.size, last, atLeast: true };
    seen.add(messageId);
    last = [...last, { reason: 'operator' as const, topic, position, atMs: nowMs }].slice(-NAMED_DROPS);
  }
  return { dropped: seen.size, last, atLeast: false };
}

/**
 * Gives up all that waits for a client now; it is counted as dropped. What the client has been sent and has not
 * acknowledged stays, as does what waits for a share group, which others may take.
 */
export async function dropWaiting(
  clientId: string,
  operator: Operator,
  dependencies: OperatorDependencies,
): Promise<WaitingDrop> {
  const { sessions, requests, configuration } = dependencies;
  const known = await sessions.get(clientId);
  const edge = edgeOf(clientId, known, configuration);
  const givenUp =
    edge === 'packets'
      ? await giveUpAtPacketEdge(clientId, dependencies)
      : await giveUpInSession(clientId, () => true, dependencies);
  if (givenUp === undefined) return { outcome: 'notFound' };
  const { session } = givenUp;
  const { dropped, last, atLeast } = await count(givenUp, dependencies);
  const drops: Drops = { counts: dropped === 0 ? {} : { operator: dropped }, last };
  await addDropsTo(session, drops, sessions);
  const heldByBroker = isHeldByBroker(session, configuration, givenUp.atMs);
  const detail = { outcome: 'dropped', dropped, atLeast, heldByBroker } as const;
  await record('dropWaiting', session, detail, operator, dependencies);
  if (edge === 'lifecycle' && session.owesDelivery) {
    // The run that was delivering stops; what comes from now on is for another one.
    const { sessionIdentifier } = newestConnection(session);
    await requests.delivery({ clientId, sessionIdentifier, attempt: 0, purpose: 'catchUp' });
  }
  return detail;
}
