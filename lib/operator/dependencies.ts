import type { DisconnectingBroker } from '#broker/broker';
import type { EdgeDependencies } from '#edge/dependencies';
import type { HistoryEntry } from '#history/entry';
import type { SignalSender } from '#packet-edge/dependencies';
import type { FlowStore } from '#store/inflight/flows';
import type { LogPages } from '#store/messages/log-pages';
import type { SessionStarts } from '#store/transactions/session-starts';
import type { SessionSubscriptions } from '#store/transactions/session-subscriptions';

/** What it takes to end sessions and connections. */
export interface EndDependencies extends EdgeDependencies {
  readonly broker: DisconnectingBroker;
  readonly signalSender: SignalSender;
  readonly history: { append(entries: readonly HistoryEntry[]): Promise<void> };
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Unique for ever. */
  readonly newId: () => string;
}

/** An act that is not of one session, which has no history. */
export interface LoggedAct {
  readonly act: 'endIdle' | 'redriveDeadLetter';
  /** Who acts. */
  readonly actor: string;
  readonly outcome: string;
  /** What devices or callers chose may be among it. */
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}

/** What operators' acts work with. */
export interface OperatorDependencies extends EndDependencies {
  readonly flows: FlowStore;
  readonly logPages: LogPages;
  readonly sessionStarts: SessionStarts;
  readonly sessionSubscriptions: SessionSubscriptions;
  /** What is of no one session is told here. */
  readonly logAct: (act: LoggedAct) => void;
}

/** Who acts. */
export interface Operator {
  /** An IAM ARN or the subject of a token; as the history names them. */
  readonly actor: string;
}
