import { type Limits, type ListenerOptions, limitsOf } from './configuration/options.ts';
import { Connections } from './connections/connections.ts';
import { ListenerError } from './errors.ts';
import { HeartbeatTimer } from './heartbeat.ts';
import { jsonLines } from './log.ts';
import type { Log, Signals } from './ports.ts';
import { Admission } from './sockets/admission.ts';
import { openServers, type PortName, type Servers } from './sockets/servers.ts';

/**
 * Opens the ports and carries control packets between clients and the function `packets`. Any number of
 * processes may run; each knows its own sockets and nothing else.
 *
 * @example const listener = await startListener({ packets, signals, ports: { mqtt: 1883 } })
 * @throws ListenerError for options that cannot work, or a port in use; nothing is left open then
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { ports, signals, log = jsonLines((line) => process.stdout.write(line)) } = options;
  const limits = limitsOf(options.limits);
  if (Object.keys(ports).length === 0) {
    const message = 'No port came; give at least one of ports.mqtt, ports.mqtts, ports.ws and ports.wss.';
    throw new ListenerError('listener.noPort', message);
  }
  let connections: Connections | undefined;
  const address = await signals.start((signal) => connections?.signal(signal));
  connections = new Connections({ ...options, address, limits, log });
  const admission = new Admission(limits, log);
  try {
    const servers = await openServers({ ...options, limits, log, admission, connections });
    log('INFO', 'Listening', { ...servers.ports, address });
    return new Listener({ servers, admission, connections, signals, limits, log }, address, options);
  } catch (error) {
    await signals.stop();
    throw error;
  }
}

interface Parts {
  readonly servers: Servers;
  readonly admission: Admission;
  readonly connections: Connections;
  readonly signals: Signals;
  readonly limits: Limits;
  readonly log: Log;
}

/** A running listener. */
export class Listener {
  /** The ports that were asked for, with the free ones found. */
  readonly ports: Readonly<Partial<Record<PortName, number>>>;
  private readonly parts: Parts;
  private readonly heartbeat: HeartbeatTimer | undefined;

  constructor(
    parts: Parts,
    address: string,
    { heartbeat, onGivenUp = () => {} }: Pick<ListenerOptions, 'heartbeat' | 'onGivenUp'>,
  ) {
    this.parts = parts;
    this.ports = parts.servers.ports;
    if (heartbeat === undefined) return;
    const { log } = parts;
    const givenUp = () => {
      log('ERROR', 'Given up while it could not be heard; it ends');
      void this.stop().then(onGivenUp);
    };
    this.heartbeat = new HeartbeatTimer({ heartbeat, address, log, givenUp });
  }

  /** Connections that the function may not know the end of. */
  get connections(): number {
    return this.parts.connections.size;
  }

  /** Sends all clients away and waits, for a limited time, until the function knows that they are gone. */
  async stop(): Promise<void> {
    const { servers, admission, connections, signals, limits, log } = this.parts;
    this.heartbeat?.stop();
    servers.stopAccepting();
    const left = await connections.shutDown(limits.stopTimeoutMs);
    admission.destroyAll();
    await signals.stop();
    if (left === 0) log('INFO', 'Stopped');
    else log('ERROR', 'Stopped before the function knew the end of all connections', { connections: left });
  }

  /**
   * Ends as if the process had died: sockets are gone, the function is told nothing, signals go on being sent to
   * the address.
   */
  destroy(): void {
    const { servers, admission, connections, signals } = this.parts;
    this.heartbeat?.stop();
    servers.stopAccepting();
    connections.destroy();
    admission.destroyAll();
    signals.destroy();
  }
}
