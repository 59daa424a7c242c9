import { setTimeout as delay } from 'node:timers/promises';
import type { Signal } from '#packets/carrying/exchange';
import type { Limits, ListenerOptions } from '../configuration/options.ts';
import type { Log } from '../ports.ts';
import type { Transport } from '../sockets/transport.ts';
import { admitWith } from './authorization.ts';
import { Connection, type Surroundings } from './connection.ts';

export interface ConnectionsOptions extends Pick<ListenerOptions, 'packets' | 'authorizer'> {
  /** Where signals for them are sent to. */
  readonly address: string;
  readonly limits: Limits;
  readonly log: Log;
}

/** The connections of a listener, by their identifier. */
export class Connections {
  private readonly all = new Map<string, Connection>();
  private readonly surroundings: Surroundings;
  private emptied: (() => void) | undefined;

  constructor({ packets, authorizer, address, limits, log }: ConnectionsOptions) {
    this.surroundings = {
      packets,
      carrier: { kind: 'listener', address },
      limits,
      log,
      ...(authorizer && { admit: admitWith(authorizer) }),
      signal: (signal) => this.signal(signal),
      settled: ({ id }) => {
        this.all.delete(id);
        if (this.all.size === 0) this.emptied?.();
      },
    };
  }

  get size(): number {
    return this.all.size;
  }

  accept(transport: Transport): Connection {
    const connection = new Connection(transport, this.surroundings);
    this.all.set(connection.id, connection);
    return connection;
  }

  /** A signal for a connection that is gone says nothing new. */
  signal(signal: Signal): void {
    const connection = this.all.get(signal.connectionId);
    if (signal.kind === 'look') connection?.look(signal.filters);
    else if (signal.kind === 'takenOver') connection?.takenOver();
    else connection?.closedByOperator();
  }

  /** How many are left when the time is over. */
  async shutDown(limitMs: number): Promise<number> {
    if (this.all.size === 0) return 0;
    const emptied = new Promise<void>((resolve) => {
      this.emptied = resolve;
    });
    for (const connection of [...this.all.values()]) connection.shutDown();
    const timeout = new AbortController();
    await Promise.race([emptied, delay(limitMs, undefined, { ref: false, signal: timeout.signal })]);
    timeout.abort();
    return this.all.size;
  }

  destroy(): void {
    for (const connection of [...this.all.values()]) connection.destroy();
    this.all.clear();
  }
}
