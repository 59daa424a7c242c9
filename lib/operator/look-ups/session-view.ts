import type { SessionConfiguration } from '#session/configuration/session-configuration';
import { subscriptionsOfLife } from '#session/delivery/due';
import type { Flow } from '#session/flow/flow';
import type { LoggedMessage } from '#session/message';
import { exists, type Session } from '#session/session';
import { edgeOf } from '#session/session-edge';
import { type Subscription, subscribedIn } from '#session/subscription';
import type { FlowStore } from '#store/inflight/flows';
import type { WillMessages } from '#store/messages/will-messages';
import type { SessionStore } from '#store/sessions/sessions';
import type { SubscriptionStore } from '#store/subscriptions/subscriptions';
import {
  type CountingLimits,
  countWaiting,
  type WaitingCount,
  type WaitingDependencies,
} from '../waiting/waiting.ts';
import { isHeldByBroker, planWaiting, type WaitingPlan } from '../waiting/waiting-plan.ts';

export interface SessionViewDependencies extends WaitingDependencies {
  readonly sessions: Pick<SessionStore, 'get'>;
  readonly subscriptions: Pick<SubscriptionStore, 'list'>;
  readonly flows: Pick<FlowStore, 'get'>;
  readonly wills: Pick<WillMessages, 'get'>;
  readonly configuration: SessionConfiguration;
  readonly clock: () => number;
}

/** A session with what belongs to it. */
export interface SessionState {
  readonly session: Session;
  readonly edge: 'lifecycle' | 'packets';
  readonly subscriptions: readonly Subscription[];
  readonly flow: Flow | undefined;
  readonly plan: WaitingPlan;
  readonly nowMs: number;
}

export interface WillView {
  readonly message: LoggedMessage;
  readonly delaySeconds: number;
  /** When it is to be published; absent while the connection stands. */
  readonly dueAtMs?: number;
}

export interface SessionView extends SessionState {
  readonly waiting: WaitingCount;
  readonly will: WillView | undefined;
  /** What waits is delivered by the broker, if the client returns in time. */
  readonly isHeldByBroker: boolean;
}

/** The session of a client as it stands; undefined: it has none. */
export async function readSession(
  clientId: string,
  { sessions, subscriptions, flows, configuration, clock }: SessionViewDependencies,
): Promise<SessionState | undefined> {
  const [session, listed] = await Promise.all([sessions.get(clientId), subscriptions.list(clientId)]);
  const nowMs = clock();
  if (!exists(session, nowMs)) return undefined;
  const edge = edgeOf(clientId, session, configuration);
  const stored = edge === 'packets' ? await flows.get(clientId) : undefined;
  const flow = stored?.incarnation === session.incarnation ? stored : undefined;
  const own =
    edge === 'lifecycle' ? subscriptionsOfLife(session, listed) : subscribedIn(session.incarnation, listed);
  const plan = planWaiting({ session, subscriptions: own, flow, configuration, nowMs });
  return { session, edge, subscriptions: own, flow, plan, nowMs };
}

/** The whole session of a client. */
export async function viewSession(
  clientId: string,
  limits: CountingLimits,
  dependencies: SessionViewDependencies,
): Promise<SessionView | undefined> {
  const state = await readSession(clientId, dependencies);
  if (state === undefined) return undefined;
  const [waiting, will] = await Promise.all([
    countWaiting(state.plan, limits, dependencies),
    willOf(state.session, dependencies),
  ]);
  const isHeld = isHeldByBroker(state.session, dependencies.configuration, state.nowMs);
  return { ...state, waiting, will, isHeldByBroker: isHeld };
}

async function willOf(
  { clientId, will, dueWills = [] }: Session,
  { wills }: Pick<SessionViewDependencies, 'wills'>,
): Promise<WillView | undefined> {
  const due = dueWills.at(-1);
  const held = will ?? due;
  if (held === undefined) return undefined;
  const message = await wills.get(clientId, held.position);
  if (message === undefined) return undefined;
  const { delaySeconds } = held;
  return { message, delaySeconds, ...(will === undefined && due !== undefined && { dueAtMs: due.atMs }) };
}
