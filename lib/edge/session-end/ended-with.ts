import type { Session } from '#session/session';
import type { Subscription } from '#session/subscription';
import type { FlowStore } from '#store/inflight/flows';
import type { MessageLog } from '#store/messages/message-log';
import type { RouteStore } from '#store/routes/routes';

/** A session that has ended, with what it had subscribed to. */
export interface EndedWith {
  readonly session: Session;
  readonly subscriptions: readonly Subscription[];
  readonly endedAtMs: number;
}

/** What is asked for what was waiting for it. */
export interface LostMessagesStores {
  readonly routes: RouteStore;
  readonly log: MessageLog;
  readonly flows: FlowStore;
}
