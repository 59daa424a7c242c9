import type { EndReason } from '#session/life/life';
import type { Position } from '#session/position';
import type { Drop, Session } from '#session/session';

/** How a connection began: what it found of the client. */
export interface BeganEntry {
  /**
   * `takenOver`: another connection of the client still stood, whether or not its session was resumed; else
   * `resumed` when a session was there, `started` when none was.
   */
  readonly type: 'started' | 'resumed' | 'takenOver';
  readonly incarnation: string;
  readonly sessionPresent: boolean;
  /** Seconds, as far as it was known when the entry was written; changes are entries of their own. */
  readonly sessionExpiryInterval: number;
  readonly ipAddress?: string;
  readonly principal?: string;
}

/** A connection ended by itself; one that was taken over has the entry of its successor. */
export interface DisconnectedEntry {
  readonly type: 'disconnected';
  readonly incarnation: string;
  readonly reason?: string;
}

/** A life of the client identifier passed its interval, at the true time of that. */
export interface ExpiredEntry {
  readonly type: 'expired';
  readonly incarnation: string;
  readonly sessionExpiryInterval: number;
  /** Messages that waited and are lost; absent when there were none, or they are not counted yet. */
  readonly lostMessages?: number;
}

/** A life of the client identifier ended otherwise. */
export interface EndedEntry {
  readonly type: 'ended';
  readonly incarnation: string;
  readonly reason: Exclude<EndReason, 'expired'>;
  /** At the very moment at which the next connection began. */
  readonly byNext?: true;
}

export interface IntervalChangedEntry {
  readonly type: 'intervalChanged';
  readonly incarnation: string;
  readonly sessionExpiryInterval: number;
  readonly previousInterval: number;
}

/** One delivery run that brought something, or at the packet edge one connection that did. */
export interface DeliveredEntry {
  readonly type: 'delivered';
  readonly incarnation: string;
  readonly messages: number;
  /** Of a run: the first and the last message of them, in the order of the log. */
  readonly from?: Position;
  readonly upTo?: Position;
}

export interface DroppedEntry {
  readonly type: 'dropped';
  readonly incarnation: string;
  readonly counts: Session['drops'];
  /** Those of which the name is known. */
  readonly last: readonly Drop[];
}

/** What somebody did who is no device. */
export interface OperatorEntry {
  readonly type: 'operator';
  /** For example `changeInterval`. */
  readonly act: string;
  /** Who did it: an IAM ARN or the subject of a token. */
  readonly actor: string;
  readonly incarnation?: string;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

export type EntryDetails =
  | BeganEntry
  | DisconnectedEntry
  | ExpiredEntry
  | EndedEntry
  | IntervalChangedEntry
  | DeliveredEntry
  | DroppedEntry
  | OperatorEntry;

export type EntryType = EntryDetails['type'];

/** What names an entry: the same when whoever writes it is tried again. */
export interface EntryName {
  readonly clientId: string;
  /** When it happened, not when it was learnt. */
  readonly atMs: number;
  /** Tells it from others of the same client, time and type: a connection, a revision, an act. */
  readonly id: string;
}

/**
 * Something that happened to the session of a client.
 *
 * @example { clientId, atMs, id: randomUUID(), type: 'operator', act: 'endSession', actor: 'arn:…' }
 */
export type HistoryEntry = EntryName & EntryDetails;

/** What a change of what is known brings and takes back. */
export interface EntryChanges {
  readonly entries: readonly HistoryEntry[];
  /** Written before, and not so; those that are both are brought. */
  readonly retracted: readonly HistoryEntry[];
}
