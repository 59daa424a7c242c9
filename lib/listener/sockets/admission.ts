import type { Socket } from 'node:net';
import type { Limits } from '../configuration/options.ts';
import type { Log } from '../ports.ts';
import { addressOf } from './socket-transport.ts';

/** So that a flood of strangers does not become a flood of lines. */
const LOG_INTERVAL_MS = 10_000;

/** Counts the sockets of all servers of the process, and closes those that are too many. */
export class Admission {
  private readonly limits: Limits;
  private readonly log: Log;
  private readonly byAddress = new Map<string, number>();
  private readonly sockets = new Set<Socket>();
  private refused = 0;
  private loggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(limits: Limits, log: Log) {
    this.limits = limits;
    this.log = log;
  }

  /** Takes a socket as it comes, before TLS and HTTP. */
  admit(socket: Socket): void {
    const address = addressOf(socket) ?? '';
    const reached = this.limitReached(address);
    if (reached !== undefined) {
      this.refuse(socket, reached);
      return;
    }
    this.sockets.add(socket);
    this.byAddress.set(address, this.countFrom(address) + 1);
    socket.once('close', () => {
      this.sockets.delete(socket);
      const left = this.countFrom(address) - 1;
      if (left <= 0) this.byAddress.delete(address);
      else this.byAddress.set(address, left);
    });
  }

  /** Ends at once whatever is connected, in the middle of TLS and HTTP too. */
  destroyAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private limitReached(address: string): keyof Limits | undefined {
    if (this.sockets.size >= this.limits.maximumConnections) return 'maximumConnections';
    const reached = this.countFrom(address) >= this.limits.maximumConnectionsPerAddress;
    return reached ? 'maximumConnectionsPerAddress' : undefined;
  }

  private countFrom(address: string): number {
    return this.byAddress.get(address) ?? 0;
  }

  private refuse(socket: Socket, limit: keyof Limits): void {
    socket.destroy();
    this.refused += 1;
    if (performance.now() - this.loggedAtMs < LOG_INTERVAL_MS) return;
    this.loggedAtMs = performance.now();
    const details = { limit, allowed: this.limits[limit], refusedSoFar: this.refused };
    this.log('WARN', 'A connection was refused, because there are too many', details);
  }
}
