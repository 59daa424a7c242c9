import type { Requests } from '#edge/requests';
import type { Signal } from '#packets/carrying/exchange';
import type { SessionConfiguration } from '#session/configuration/session-configuration';
import type { Message } from '#session/message';
import type { FlowStore } from '#store/inflight/flows';
import type { MessageLog } from '#store/messages/message-log';
import type { WillMessages } from '#store/messages/will-messages';
import type { RetainedMessages } from '#store/retained/retained-messages';
import type { ListenerStore } from '#store/routes/listeners';
import type { Router } from '#store/routes/router';
import type { RouteStore } from '#store/routes/routes';
import type { SessionIndex } from '#store/sessions/session-index';
import type { SessionStore } from '#store/sessions/sessions';
import type { ShareAssignments } from '#store/share-groups/share-assignments';
import type { SubscriptionStore } from '#store/subscriptions/subscriptions';
import type { Acceptance } from '#store/transactions/acceptance';

/** Takes signals to a listener's queue. One that is lost delays a message, it loses none. */
export interface SignalSender {
  send(address: string, signals: readonly Signal[]): Promise<void>;
  /** Removes the queue of a listener that was killed; it may be gone already. */
  remove(address: string): Promise<void>;
}

/** What has become of a session, for logs and metrics. */
export interface SessionReport {
  readonly clientId: string;
  readonly what: 'connected' | 'disconnected';
  /** Such as `started`, `resumed`, `takenOver`; of the end `disconnected` or `ended`. */
  readonly outcome: string;
  /** Of the end; words of AWS IoT Core's events. */
  readonly reason?: string;
}

/** What has become of a message, for metrics. */
export type MessageReport =
  | { readonly what: 'appended'; readonly filters: number }
  /** For the first time; an acknowledgement may follow. */
  | { readonly what: 'sent'; readonly ageMs: number }
  | { readonly what: 'sentAgain' };

/** What the packet edge works with. */
export interface PacketEdgeDependencies {
  readonly sessions: SessionStore;
  readonly sessionIndex: Pick<SessionIndex, 'byStatus'>;
  readonly subscriptions: SubscriptionStore;
  readonly routes: RouteStore;
  /** Without a cache: what was subscribed a moment ago is found. */
  readonly router: Router;
  readonly flows: FlowStore;
  readonly acceptance: Acceptance;
  readonly log: MessageLog;
  readonly retained: RetainedMessages;
  readonly assignments: ShareAssignments;
  readonly listeners: ListenerStore;
  readonly wills: WillMessages;
  readonly requests: Requests;
  readonly signalSender: SignalSender;
  /** Publishes to the broker's own subscribers too; absent: the packet edge stands alone. */
  readonly publishToBroker?: (message: Message) => Promise<void>;
  readonly report: (report: SessionReport) => void;
  /** Absent: nobody counts. */
  readonly reportMessage?: (report: MessageReport) => void;
  readonly configuration: SessionConfiguration;
  readonly clock: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}
