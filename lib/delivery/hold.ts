import { isDeepStrictEqual } from 'node:util';
import { addDrops, type Drops, NO_DROPS, withDrops } from '#session/delivery/drops';
import type { Progress } from '#session/delivery/progress';
import type { Position } from '#session/position';
import { later } from '#session/position';
import { exists, type Lease, newestConnection, type Session, withoutEnd } from '#session/session';
import type { PumpDependencies } from './ports.ts';

/** Long enough for a few confirmations, short enough that a killed run does not hold a client up. */
const LEASE_MS = 20_000;
/** A lease this near to its end is not delivered under any more. */
const LEASE_MARGIN_MS = 2_000;

/** The session was taken over, ended or leased to another run: this run must not go on. */
export class HoldLostError extends Error {
  override readonly name = 'HoldLostError';
  readonly code = 'delivery.holdLost';
}

/**
 * One run's hold on the delivery to one connection of a client: every write is conditional, and what it
 * writes is lost with the lease, the connection or the catch-up it belongs to.
 */
export class Hold {
  readonly #dependencies: PumpDependencies;
  readonly #holder: string;
  #session: Session;
  #drops: Drops = NO_DROPS;
  #delivered = 0;
  #savedAtMs = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(dependencies: PumpDependencies, session: Session) {
    this.#dependencies = dependencies;
    this.#session = session;
    this.#holder = dependencies.newHolder();
  }

  get session(): Session {
    return this.#session;
  }

  get holder(): string {
    return this.#holder;
  }

  get savedAtMs(): number {
    return this.#savedAtMs;
  }

  /** False when another run holds the lease. */
  isFree(): boolean {
    const { lease } = this.#session;
    return (
      lease === undefined || lease.holder === this.#holder || lease.untilMs <= this.#dependencies.clock()
    );
  }

  /** True once this run has written its lease. */
  get isTaken(): boolean {
    return this.#session.lease?.holder === this.#holder;
  }

  /** Deliveries of this run that the session has. */
  get counted(): number {
    const { lease, delivered } = this.#session;
    return this.isTaken ? delivered - (lease?.deliveredBefore ?? delivered) : 0;
  }

  mayDeliver(): boolean {
    const { lease } = this.#session;
    return lease?.holder === this.#holder && lease.untilMs - LEASE_MARGIN_MS > this.#dependencies.clock();
  }

  countDelivery(): void {
    this.#delivered += 1;
  }

  countDrops(drops: Drops): void {
    this.#drops = addDrops(this.#drops, drops);
  }

  /** Takes or renews the lease, and says nothing of progress. */
  async take(): Promise<void> {
    await this.#write((session) => ({ ...session, lease: this.#leaseFromNow(session) }));
  }

  #leaseFromNow({ lease, delivered }: Session): Lease {
    const deliveredBefore = lease?.holder === this.#holder ? lease.deliveredBefore : delivered;
    return {
      holder: this.#holder,
      untilMs: this.#dependencies.clock() + LEASE_MS,
      ...(deliveredBefore !== undefined && { deliveredBefore }),
    };
  }

  /** Takes or renews the lease and writes how far delivery has come. */
  async save(at: Position | undefined, more: Pick<Progress, 'skip' | 'beyondLive'> = {}): Promise<void> {
    await this.#write((session) => ({
      ...progressed(session, at, more),
      lease: this.#leaseFromNow(session),
    }));
  }

  /**
   * Gives the lease back with the last progress; `complete` when the broker covers the rest,
   * `stragglersUpTo` when all stragglers before it are delivered.
   */
  async release(
    at: Position | undefined,
    complete: boolean,
    stragglersUpTo: Position | undefined,
    more: Pick<Progress, 'beyondLive'> = {},
  ): Promise<void> {
    await this.#write((session) => {
      const { lease: _, ...left } = progressed(session, at, more);
      const rest = stragglersUpTo === undefined ? left : { ...left, stragglersFrom: stragglersUpTo };
      if (!complete) return rest;
      const connection = { ...newestConnection(session), caughtUpFrom: session.owedFrom };
      return { ...rest, owesDelivery: false, connections: session.connections.with(-1, connection) };
    });
  }

  /**
   * Gives back the lease of a run that may not go on, so that the next one need not wait for its end.
   *
   * @returns whether its lease is gone, to another run or with the session: with that it was told of
   */
  async abandon(): Promise<{ readonly isReplaced: boolean }> {
    const { sessions } = this.#dependencies;
    const current = await sessions.get(this.#session.clientId);
    if (current === undefined || current.lease?.holder !== this.#holder) return { isReplaced: this.isTaken };
    const { lease: _, ...rest } = current;
    // A lost race is not tried again: the lease ends by itself.
    await sessions.write(withoutEnd({ ...rest, revision: current.revision + 1 }), current.revision);
    return { isReplaced: false };
  }

  /** One write at a time: several lanes may come to a checkpoint at once. */
  #write(change: (session: Session) => Session): Promise<void> {
    const written = this.#writing.then(() => this.#writeNow(change));
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #writeNow(change: (session: Session) => Session): Promise<void> {
    for (;;) {
      const base = this.#session;
      const drops = this.#drops;
      const delivered = this.#delivered;
      // What is counted while the write is under way is for the next one.
      this.#drops = NO_DROPS;
      this.#delivered = 0;
      const next: Session = {
        ...change(base),
        ...withDrops(base, drops),
        delivered: base.delivered + delivered,
        revision: base.revision + 1,
      };
      const written = withoutEnd(next);
      const result = await this.#dependencies.sessions.write(written, base.revision);
      // One whose answer was lost is tried again, and finds itself.
      if (result.written || isDeepStrictEqual(result.current, written)) {
        this.#session = next;
        this.#savedAtMs = this.#dependencies.clock();
        return;
      }
      this.#drops = addDrops(drops, this.#drops);
      this.#delivered += delivered;
      this.#session = this.#stillMine(base, result.current);
    }
  }

  /** The session as another writer left it, if this run may still go on with it. */
  #stillMine(base: Session, current: Session | undefined): Session {
    const nowMs = this.#dependencies.clock();
    const lost = (why: string) => new HoldLostError(`Delivery to ${base.clientId} stops: ${why}`);
    if (!exists(current, nowMs)) throw lost('its session has ended');
    if (current.incarnation !== base.incarnation) throw lost('a new session has begun');
    if (current.status !== 'connected') throw lost('the client is not connected any more');
    const isSame =
      newestConnection(current).sessionIdentifier === newestConnection(base).sessionIdentifier &&
      current.owedFrom === base.owedFrom;
    if (!isSame) throw lost('a newer connection has taken over');
    // What is due was read before the lease was taken: it is stale once another run has come and gone.
    const isTaken = base.lease?.holder === this.#holder;
    const hasMoved = current.cursor !== base.cursor || current.delivered !== base.delivered;
    if (!isTaken && hasMoved) throw lost('another run has delivered meanwhile');
    const { lease } = current;
    if (isTaken && lease?.holder !== this.#holder) throw lost('another run has taken it for dead');
    const heldByOther = lease !== undefined && lease.holder !== this.#holder && lease.untilMs > nowMs;
    if (heldByOther) throw lost('another run delivers to it');
    return current;
  }
}

function progressed(
  session: Session,
  at: Position | undefined,
  more: Pick<Progress, 'skip' | 'beyondLive'>,
): Session {
  const { incarnation, owedFrom: from } = session;
  const isSameCatchUp = session.progress?.incarnation === incarnation && session.progress.from === from;
  const before = isSameCatchUp ? session.progress : undefined;
  const reached = later(session.cursor, at ?? session.cursor);
  // What was passed once stays passed for the whole of a catch-up.
  const passed = before?.beyondLive === true ? { beyondLive: true } : {};
  const progress = { ...before, ...more, ...passed, incarnation, from, at: reached };
  return { ...session, cursor: reached, progress };
}
