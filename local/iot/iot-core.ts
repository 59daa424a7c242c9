import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { Broker } from './broker.ts';
import { ClientConnection } from './client-connection.ts';
import { connectionEnded } from './connection-end.ts';
import { handleDataPlaneRequest } from './data-plane/router.ts';
import { handlePacket } from './handlers/index.ts';
import type { IotCoreOptions } from './options.ts';
import { REASON } from './reason-codes.ts';
import type { TopicRule } from './rules/rule.ts';

/** AWS IoT Core on this machine: MQTT listener, lifecycle events, rules engine, data plane. */
export class IotCore {
  readonly port: number;
  readonly #broker: Broker;
  readonly #server: Server;
  readonly #connections: Set<ClientConnection>;

  private constructor(broker: Broker, server: Server, connections: Set<ClientConnection>) {
    this.#broker = broker;
    this.#server = server;
    this.#connections = connections;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Rejects with Node's own error (`EADDRINUSE`) when the port is in use. */
  static async start(options: IotCoreOptions): Promise<IotCore> {
    const broker = new Broker(options);
    const connections = new Set<ClientConnection>();
    const server = createServer((socket) => {
      const connection = new ClientConnection(socket, {
        packet: (from, packet) => handlePacket(broker, from, packet),
        ended: (ended, reason) => connectionEnded(broker, ended, reason),
      });
      connections.add(connection);
      socket.on('close', () => connections.delete(connection));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, options.host ?? '127.0.0.1', resolve);
    });
    return new IotCore(broker, server, connections);
  }

  /** Adds a rule, or replaces the one of its name; throws `RuleSqlError` for SQL that is not known. */
  putRule(rule: TopicRule): void {
    this.#broker.rules.put(rule);
  }

  /** Answers a request to the data plane's REST API; false, and no answer, if it is none. */
  async handleRequest(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    return handleDataPlaneRequest(this.#broker, request, response);
  }

  /** Ends all connections, without events, and leaves neither timers nor sockets. */
  async stop(): Promise<void> {
    this.#broker.stop();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const connection of this.#connections) {
      connection.end('SERVER_INITIATED_DISCONNECT', REASON.serverShuttingDown);
      connection.socket.destroySoon();
    }
    await closed;
  }
}
