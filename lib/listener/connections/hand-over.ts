import { setTimeout as delay } from 'node:timers/promises';
import type {
  CloseReason,
  ConnectionContext,
  PacketsRequest,
  PacketsResponse,
} from '#packets/carrying/exchange';
import type { Limits } from '../configuration/options.ts';
import type { Log, PacketsFunction } from '../ports.ts';
import type { Admittance } from './authorization.ts';
import { type Look, LookTimer, mergeLooks } from './look.ts';
import { PendingPackets } from './pending-packets.ts';
import { stampsPassed } from './stamps-passed.ts';

export interface HandOverOptions {
  readonly packets: PacketsFunction;
  /** Asked with the CONNECT before anything is handed over. */
  readonly admit?: (connect: Uint8Array) => Promise<Admittance>;
  readonly connection: PacketsRequest['connection'];
  readonly limits: Limits;
  readonly log: Log;
}

/** Who is told how it goes. */
export interface HandOverObserver {
  readonly answered: (answer: PacketsResponse) => void;
  /** The client may not connect. */
  readonly refused: (reasonCode: number) => void;
  /** The function has failed for longer than a client should wait. */
  readonly failing: () => void;
  /** Nothing more is handed over. */
  readonly settled: () => void;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 2_000;

/**
 * Hands what one connection brings to the function: one request at a time, in order, until the function knows
 * of all of it and of the end. What fails is asked again with the same stamps, so it is done once.
 */
export class HandOver {
  readonly pending = new PendingPackets();
  context: ConnectionContext | undefined;
  private readonly options: HandOverOptions;
  private readonly observer: HandOverObserver;
  private connection: PacketsRequest['connection'];
  private look: Look | undefined;
  private lookTimer: LookTimer | undefined;
  private closed: NonNullable<PacketsRequest['closed']> | undefined;
  private closedSinceMs = 0;
  private running = false;
  private admitted: boolean;
  /** Whether the function may know of the connection. */
  private known = false;
  /** The client does not take what is written to it, so nothing is asked for that would be answered. */
  private held = false;
  /** There is nothing more to say of the connection. */
  private over = false;

  constructor(options: HandOverOptions, observer: HandOverObserver) {
    this.options = options;
    this.observer = observer;
    this.connection = options.connection;
    this.admitted = options.admit === undefined;
  }

  get isBusy(): boolean {
    return this.running || this.pending.length > 0;
  }

  push(packet: Uint8Array): void {
    this.pending.add(packet, Date.now());
  }

  lookFor(look: Look): void {
    this.look = mergeLooks(this.look, look);
    this.wake();
  }

  hold(): void {
    this.held = true;
  }

  release(): void {
    this.held = false;
    this.wake();
  }

  /** The network connection has ended. What was received is still handed over, then the function is told. */
  close(reason: CloseReason): void {
    if (this.closed !== undefined) return;
    this.closed = { reason, atMs: Date.now() };
    this.closedSinceMs = performance.now();
    this.lookTimer?.stop();
    this.wake();
  }

  /** The function knows that the connection is over, or nobody may tell it. */
  forget(): void {
    this.over = true;
    this.pending.clear();
    this.lookTimer?.stop();
    this.wake();
  }

  /** Hands over what there is. */
  wake(): void {
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    if (await this.isAdmitted()) {
      for (let request = this.next(); request !== undefined; request = this.next()) {
        await this.handOver(request);
      }
    }
    this.running = false;
    if (this.over || (this.closed !== undefined && this.pending.length === 0)) this.observer.settled();
  }

  private async isAdmitted(): Promise<boolean> {
    const { admit } = this.options;
    const connect = this.pending.first;
    if (this.admitted || admit === undefined || connect === undefined) return true;
    const admittance = await this.persist('authorizer', () => admit(connect));
    if (admittance?.admitted) {
      const { principal } = admittance;
      if (principal !== undefined) this.connection = { ...this.connection, principal };
      this.admitted = true;
      return true;
    }
    this.over = true;
    this.pending.clear();
    if (admittance !== undefined) this.observer.refused(admittance.reasonCode);
    return false;
  }

  private next(): PacketsRequest | undefined {
    const { connection, context, closed } = this;
    if (this.over) return undefined;
    const base = { connection, ...(context && { context }) };
    if (closed !== undefined) {
      if (this.pending.length > 0) return { ...base, packets: this.pending.takeBatch() };
      return this.known ? { ...base, packets: [], closed } : undefined;
    }
    if (this.held) return undefined;
    const { look } = this;
    if (this.pending.length === 0 && look === undefined) return undefined;
    this.look = undefined;
    return { ...base, packets: this.pending.takeBatch(), ...(look && { look }) };
  }

  private async handOver(request: PacketsRequest): Promise<void> {
    this.known = true;
    const answer = await this.persist('packets', () => this.options.packets(request));
    if (request.closed !== undefined) this.over = true;
    if (answer === undefined) return;
    await stampsPassed(request.packets);
    this.context = answer.context ?? this.context;
    if (answer.close) {
      this.over = true;
      this.pending.clear();
    }
    if (answer.lookAfterMs !== undefined && this.closed === undefined) {
      this.lookTimer ??= new LookTimer(() => this.lookFor({}));
      this.lookTimer.lookAfter(answer.lookAfterMs);
    }
    this.observer.answered(answer);
  }

  /** Calls until it succeeds; undefined if there is nothing more to say before that, or no time left. */
  private async persist<Result>(what: string, call: () => Promise<Result>): Promise<Result | undefined> {
    const { limits, log } = this.options;
    const failing = setTimeout(() => this.observer.failing(), limits.failureTimeoutMs);
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await call();
        } catch (error) {
          if (this.over) return undefined;
          const details = { ...this.names(), what, attempt, error: String(error) };
          if (this.timeIsUp()) {
            this.over = true;
            log('ERROR', 'The end of a connection could not be handed over in time', details);
            return undefined;
          }
          log('WARN', 'A call failed and is repeated', details);
        }
        await delay(delayAfter(attempt));
        if (this.over) return undefined;
      }
    } finally {
      clearTimeout(failing);
    }
  }

  private timeIsUp(): boolean {
    if (this.closed === undefined) return false;
    return performance.now() - this.closedSinceMs >= this.options.limits.closedTimeoutMs;
  }

  private names() {
    return { connectionId: this.connection.id, clientId: this.context?.clientId };
  }
}

/** Doubles, up to a limit; half of it is random, so that many connections do not come back at once. */
function delayAfter(attempt: number): number {
  const longestMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return longestMs * (0.5 + Math.random() / 2);
}
