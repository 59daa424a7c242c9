import type { EndReason } from '#session/life/life';
import type { Session } from '#session/session';

/** A life of a client that is over. */
export interface EndedSession {
  /** As it stood before it ended. */
  readonly session: Session;
  readonly reason: EndReason;
  readonly endedAtMs: number;
  /** False for the mere removal of what was announced when it ended. */
  readonly announce: boolean;
  /** TTL has removed the item, with everything that it still held. */
  readonly isRemoved: boolean;
}
