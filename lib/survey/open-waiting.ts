import { type WaitingDependencies, waitingMessages } from '#operator/waiting/waiting';
import { planWaiting } from '#operator/waiting/waiting-plan';
import type { SessionConfiguration } from '#session/configuration/session-configuration';
import { pendingBytes } from '#session/message';
import type { Session } from '#session/session';
import { edgeOf } from '#session/session-edge';
import type { Subscription } from '#session/subscription';
import type { FlowStore } from '#store/inflight/flows';
import type { LogPages } from '#store/messages/log-pages';
import type { WaitingMessage } from './waiting.ts';

export interface OpenWaitingDependencies extends Omit<WaitingDependencies, 'logShards'> {
  readonly flows: Pick<FlowStore, 'get'>;
  readonly configuration: SessionConfiguration;
  readonly clock: () => number;
}

/** Messages of the first page of a log; most clients wait for no more. */
const FIRST_PAGE = 4;
const GROWTH = 4;

/** Pages that begin small, since what is read is paid for and counting may stop early. */
function growingPages(logPages: LogPages): LogPages {
  const limits = new Map<string, number>();
  return {
    page(read) {
      const part = `${read.filter}#${read.shard}`;
      const limit = limits.get(part) ?? FIRST_PAGE;
      limits.set(part, limit * GROWTH);
      return logPages.page({ ...read, limit: Math.min(limit, read.limit) });
    },
  };
}

/** What would be delivered to a client now, or when it returns, in order of position. */
export async function* openWaiting(
  session: Session,
  subscriptions: readonly Subscription[],
  { flows, configuration, clock, logPages, routes }: OpenWaitingDependencies,
): AsyncGenerator<WaitingMessage> {
  const { clientId, incarnation } = session;
  const isOfPackets = edgeOf(clientId, session, configuration) === 'packets';
  const stored = isOfPackets ? await flows.get(clientId) : undefined;
  const flow = stored?.incarnation === incarnation ? stored : undefined;
  const plan = planWaiting({ session, subscriptions, flow, configuration, nowMs: clock() });
  const { logShards } = configuration.settings;
  const messages = waitingMessages(plan, { routes, logShards, logPages: growingPages(logPages) });
  for await (const message of messages) {
    yield { position: message.position, filter: message.filter, bytes: pendingBytes(message) };
  }
}
