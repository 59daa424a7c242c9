import { matchesClientPattern } from '#session/configuration/policy';
import { capInterval, hasExpired, sessionEndMs } from '#session/expiry';
import { endOf } from '#session/life/connection';
import { exists, newestConnection, type Session } from '#session/session';
import { edgeOf, policyOf } from '#session/session-edge';
import type { SessionIndex } from '#store/sessions/session-index';
import type { OperatorDependencies } from '../dependencies.ts';
import { countWaiting } from '../waiting/waiting.ts';
import { planWaiting } from '../waiting/waiting-plan.ts';

export interface ExpiryPreviewRequest {
  /** Client identifiers it is for; `*` stands for any run of characters. */
  readonly clients: string;
  /** Seconds; no more than the policy's maximum would be in force. */
  readonly sessionExpiryInterval: number;
}

/** Of one page; the pages add up. */
export interface ExpiryPreview {
  readonly examined: number;
  /** Sessions whose clients have been away for longer than that. */
  readonly wouldEnd: number;
  /** What waits for those. */
  readonly messages: number;
  /** More waits than was counted. */
  readonly messagesAtLeast: boolean;
  /** Behind which the next page begins; absent on the last one. */
  readonly nextKey?: string;
}

export type PreviewDependencies = Pick<
  OperatorDependencies,
  'sessions' | 'subscriptions' | 'routes' | 'flows' | 'logPages' | 'configuration' | 'clock'
> & { readonly index: Pick<SessionIndex, 'byStatus'> };

/** Sessions that one page looks at. */
const PAGE = 50;
/** Messages that are counted of one session. */
const MOST_MESSAGES = 200;

async function waitingOf(session: Session, dependencies: PreviewDependencies) {
  const { subscriptions, flows, routes, logPages, configuration, clock } = dependencies;
  const { clientId } = session;
  const isOfPackets = edgeOf(clientId, session, configuration) === 'packets';
  const [held, flow] = await Promise.all([
    subscriptions.list(clientId),
    isOfPackets ? flows.get(clientId) : undefined,
  ]);
  const plan = planWaiting({ session, subscriptions: held, flow, configuration, nowMs: clock() });
  const { logShards } = configuration.settings;
  return countWaiting(plan, { cap: MOST_MESSAGES }, { logPages, routes, logShards });
}

/** What would end with another interval, of one page of the sessions whose clients are away. Nothing is changed. */
export async function previewExpiry(
  { clients, sessionExpiryInterval }: ExpiryPreviewRequest,
  after: string | undefined,
  dependencies: PreviewDependencies,
): Promise<ExpiryPreview> {
  const { index, sessions, configuration, clock } = dependencies;
  const nowMs = clock();
  const from = Math.floor(nowMs / 1000);
  const page = await index.byStatus({ status: 'disconnected', from, after, most: PAGE });
  const asked = page.clients.filter(({ clientId }) => matchesClientPattern(clients, clientId));
  const found = await sessions.getMany(asked.map(({ clientId }) => clientId));
  const ending = found.filter((session) => {
    const endedAtMs = endOf(newestConnection(session));
    if (!exists(session, nowMs) || endedAtMs === undefined) return false;
    const policy = policyOf(session.clientId, session, configuration);
    const interval = capInterval(sessionExpiryInterval, policy.maximumSessionExpiryInterval);
    return hasExpired(sessionEndMs(endedAtMs, interval), nowMs);
  });
  const counts = await Promise.all(ending.map((session) => waitingOf(session, dependencies)));
  const last = page.clients.at(-1)?.key;
  return {
    examined: page.clients.length,
    wouldEnd: ending.length,
    messages: counts.reduce((sum, { messages }) => sum + messages, 0),
    messagesAtLeast: counts.some(({ atLeast }) => atLeast),
    ...(!page.isLast && last !== undefined && { nextKey: last }),
  };
}
