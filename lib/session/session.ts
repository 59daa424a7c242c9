import type { DropReason } from './delivery/drop-reasons.ts';
import type { Progress } from './delivery/progress.ts';
import { expiresAtSeconds, hasExpired } from './expiry.ts';
import type { Connection } from './life/connection.ts';
import type { Declaration } from './life/declaration.ts';
import type { EndReason, Life } from './life/life.ts';
import type { Wills } from './life/will.ts';
import type { Position } from './position.ts';

export type SessionStatus = 'connected' | 'disconnected' | 'ended';

export interface Drop {
  readonly reason: DropReason;
  readonly topic: string;
  readonly position: Position;
  readonly atMs: number;
  /** All that waited from this position on, up to its own, gave way with it. */
  readonly from?: Position;
}

/** Only its holder delivers; it ends by itself. */
export interface Lease {
  readonly holder: string;
  readonly untilMs: number;
  /** Of the client, when it was taken: should its holder die, what it has counted since is told without it. */
  readonly deliveredBefore?: number;
}

/** The session of one client identifier: what the events about its connections amount to. */
export interface Session extends Wills {
  readonly clientId: string;
  /** Rises with every write; every write is conditional on it. */
  readonly revision: number;
  /** The life of the client identifier; an item of another incarnation does not exist. */
  readonly incarnation: string;
  readonly startedAtMs: number;
  readonly status: SessionStatus;
  /** The newest connections, oldest first; the last one decides the status. */
  readonly connections: readonly Connection[];
  /** The address and principal of the newest connection, for operators. */
  readonly ipAddress?: string;
  readonly principal?: string;
  /** Where packets for the newest connection go: what its carrier says of itself, opaque. */
  readonly carrier?: string;
  /** What came before the remembered connections. */
  readonly before?: Life;
  readonly declarations: readonly Declaration[];
  /** Whether the newest connection found this session. */
  readonly sessionPresent: boolean;
  /** In force, seconds; 0xFFFFFFFF never expires. */
  readonly sessionExpiryInterval: number;
  /** When the session ends or has ended; absent while connected and when it never expires. */
  readonly endsAtMs?: number;
  /** Delivery to the newest connection is owed from here on. */
  readonly owedFrom: Position;
  /** Where delivery stands: everything before it is delivered, or dropped with a reason. */
  readonly cursor: Position;
  /** Of the stragglers, those appended before it are delivered; absent: before the start of the life. */
  readonly stragglersFrom?: Position;
  /** The broker does not deliver everything after the cursor itself: the pump has work. */
  readonly owesDelivery: boolean;
  /** The broker itself delivers what the device has subscribed on connections before this one. */
  readonly resumedAtBroker?: true;
  readonly progress?: Progress;
  readonly lease?: Lease;
  /** Set by the write that ended a life: what the clean-up has to remove. */
  readonly endedIncarnation?: string;
  readonly endReason?: EndReason;
  /** The incarnation of the newest connections changed after subscriptions were made on them. */
  readonly rehome?: boolean;
  /** Messages delivered to this client identifier by the service. */
  readonly delivered: number;
  readonly drops: Readonly<Partial<Record<DropReason, number>>>;
  /** The last few drops by name. */
  readonly lastDrops: readonly Drop[];
}

/** False once the session has ended, whether or not the item is still in the table. [MQTT-4.1.0-2] */
export function exists(session: Session | undefined, nowMs: number): session is Session {
  if (session === undefined || session.status === 'ended') return false;
  return session.endsAtMs === undefined || !hasExpired(session.endsAtMs, nowMs);
}

/** What an operator has ended is kept for so long, so that the end of its connection finds it ended. */
const KEPT_AFTER_OPERATOR_MS = 10 * 60 * 1000;

/** The TTL attribute, epoch seconds; undefined while the session must not be removed. */
export function timeToLive(session: Session): number | undefined {
  const { endsAtMs } = session;
  if (endsAtMs === undefined) return undefined;
  const isOperators = newestConnection(session).endedByOperatorAtMs !== undefined;
  return expiresAtSeconds(isOperators ? endsAtMs + KEPT_AFTER_OPERATOR_MS : endsAtMs);
}

/** For any other write than the one that ended a life: that one alone names it. */
export function withoutEnd({ endedIncarnation: _, endReason: __, ...session }: Session): Session {
  return session;
}

/** The newest connection. */
export function newestConnection(session: Session): Connection {
  const newest = session.connections.at(-1);
  if (newest === undefined) throw new Error(`Session of ${session.clientId} has no connection`);
  return newest;
}
