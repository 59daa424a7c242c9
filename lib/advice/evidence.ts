import type { SessionPolicy } from '#session/configuration/policy';
import type { DropReason } from '#session/delivery/drop-reasons';

/** A connection of a client, as its history has it. */
export interface SeenConnection {
  readonly atMs: number;
  /** Whether it found the client away, connected, or without a session. */
  readonly began: 'started' | 'resumed' | 'takenOver';
  readonly ipAddress?: string;
  readonly principal?: string;
}

/** A time without a connection, which a return has ended. */
export interface Absence {
  readonly fromMs: number;
  readonly toMs: number;
  /** The session had expired before the return. */
  readonly hadExpired: boolean;
  /** Messages that were lost with the session. */
  readonly lostMessages: number;
}

export interface SubscriptionEvidence {
  readonly filter: string;
  readonly subscribedAtMs: number;
  /** Messages that wait because of it. */
  readonly waitingMessages: number;
}

/** What is recorded of one client. */
export interface ClientEvidence {
  readonly clientId: string;
  readonly status: 'connected' | 'disconnected';
  /** Who is the client's broker, and the policy that it computes the session with. */
  readonly edge: 'lifecycle' | 'packets';
  readonly policy: SessionPolicy;
  readonly sessionExpiryInterval: number;
  readonly disconnectedAtMs?: number;
  /** Oldest first, for as long as the history is kept. */
  readonly connections: readonly SeenConnection[];
  readonly absences: readonly Absence[];
  readonly subscriptions: readonly SubscriptionEvidence[];
  readonly waitingMessages: number;
  readonly waitingBytes: number;
  readonly delivered: number;
  readonly drops: Readonly<Partial<Record<DropReason, number>>>;
  /** Of the last few messages that the client may not receive; long ones are cut. */
  readonly forbiddenTopics: readonly string[];
}

/** What is recorded of one filter. */
export interface FilterEvidence {
  readonly filter: string;
  readonly messagesPerHour: number;
  readonly subscribers: number;
}
