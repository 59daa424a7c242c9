import type { Subscription } from '#session/subscription';
import type { FoundMessage } from '#store/messages/message-log';

export type TraceVerdict =
  | 'noSession'
  | 'noSubscription'
  | 'notFound'
  | 'waiting'
  | 'inflight'
  | 'delivered'
  | 'dropped'
  | 'expired'
  | 'heldByBroker'
  /** What is recorded does not tell. */
  | 'unknown';

export interface TracedFilter {
  readonly subscription: Subscription;
  /** It is routed: what is published on it is logged. */
  readonly isDurable: boolean;
}

/** The delivery run that a message was part of. */
export interface DeliveryRun {
  readonly atMs: number;
  readonly from: string;
  readonly upTo: string;
}

export interface TraceView {
  readonly verdict: TraceVerdict;
  readonly explanation: string;
  readonly filters: readonly TracedFilter[];
  readonly message?: FoundMessage;
  readonly dropReason?: string;
  readonly packetId?: number;
  readonly run?: DeliveryRun;
  /** Delivery has come so far; absent beside a message that was delivered ahead of it. */
  readonly cursor?: string;
}

/** What is said of one message. */
export type Judged = Omit<TraceView, 'filters'>;
