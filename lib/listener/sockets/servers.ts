import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { WebSocketServer } from 'ws';
import type { Limits, ListenerOptions, ListenerPorts } from '../configuration/options.ts';
import { ListenerError } from '../errors.ts';
import type { Log } from '../ports.ts';
import { SocketTransport } from './socket-transport.ts';
import type { Transport, TransportObserver } from './transport.ts';
import { WebSocketTransport } from './websocket-transport.ts';

export type PortName = keyof ListenerPorts;

export interface ServersOptions extends Pick<ListenerOptions, 'ports' | 'host' | 'tls'> {
  readonly limits: Limits;
  readonly log: Log;
  /** Told of every socket as it comes, before TLS and HTTP. */
  readonly admission: { readonly admit: (socket: Socket) => void };
  /** Told of every client's byte stream; answers who observes it. */
  readonly connections: { readonly accept: (transport: Transport) => TransportObserver };
}

/** A frame may hold many packets, and parts of them. */
const LARGEST_FRAME_BYTES = 1_048_576;

/** [MQTT-6.0.0-3] */
const SUBPROTOCOL = 'mqtt';

/**
 * Opens the ports.
 *
 * @throws ListenerError that says which port is in use, or what is missing
 */
export async function openServers(options: ServersOptions): Promise<Servers> {
  const servers = new Servers();
  try {
    for (const name of ['mqtt', 'mqtts', 'ws', 'wss'] as const) {
      const port = options.ports[name];
      if (port === undefined) continue;
      const server = serverFor(name, options);
      await servers.open(name, port, server, options.host);
      server.on('error', (error) =>
        options.log('ERROR', 'A port has failed', { name, error: String(error) }),
      );
    }
  } catch (error) {
    servers.stopAccepting();
    throw error;
  }
  return servers;
}

/** The open ports of a listener. */
export class Servers {
  /** The ports that were asked for, with the free ones found. */
  readonly ports: Partial<Record<PortName, number>> = {};
  private readonly servers: Server[] = [];

  async open(name: PortName, port: number, server: Server, host: string | undefined): Promise<void> {
    this.servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'EADDRINUSE') return reject(cause);
        const message = `Port ${port} for ${name} is in use: end the program that listens there, or choose another one.`;
        reject(new ListenerError('listener.portInUse', message, { cause }));
      });
      server.listen({ port, ...(host !== undefined && { host }) }, resolve);
    });
    this.ports[name] = (server.address() as AddressInfo).port;
  }

  stopAccepting(): void {
    for (const server of this.servers) server.close();
  }
}

function serverFor(name: PortName, options: ServersOptions): Server {
  const server = name === 'mqtt' || name === 'mqtts' ? socketServer(name, options) : webServer(name, options);
  return server.prependListener('connection', (socket: Socket) => options.admission.admit(socket));
}

function socketServer(name: 'mqtt' | 'mqtts', options: ServersOptions): Server {
  const accept = (socket: Socket) => {
    const transport = new SocketTransport(socket);
    transport.observe(options.connections.accept(transport));
  };
  return name === 'mqtt' ? createServer(accept) : createTlsServer(tlsOptions(name, options), accept);
}

function webServer(name: 'ws' | 'wss', options: ServersOptions): HttpServer {
  const { limits, connections } = options;
  const timeouts = { headersTimeout: limits.connectTimeoutMs, requestTimeout: limits.connectTimeoutMs };
  const server =
    name === 'ws'
      ? createHttpServer(timeouts)
      : createHttpsServer({ ...timeouts, ...tlsOptions(name, options) });
  server.on('request', (_, response) => {
    response.writeHead(426, { 'content-type': 'text/plain', connection: 'close', upgrade: 'websocket' });
    response.end('MQTT over WebSocket, subprotocol mqtt\n');
  });
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: Math.max(LARGEST_FRAME_BYTES, limits.maximumPacketBytes),
    handleProtocols: () => SUBPROTOCOL,
    verifyClient: ({ req }, answer) => {
      const offered = req.headers['sec-websocket-protocol'] ?? '';
      const known = offered.split(',').some((each) => each.trim() === SUBPROTOCOL);
      answer(known, 400, `The subprotocol ${SUBPROTOCOL} must be among those offered`);
    },
  });
  server.on('upgrade', (request, socket: Socket, head) => {
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const transport = new WebSocketTransport(webSocket, socket);
      transport.observe(connections.accept(transport));
    });
  });
  return server;
}

function tlsOptions(name: PortName, { tls, limits }: ServersOptions): TlsOptions {
  if (tls === undefined) {
    const message = `A port for ${name} came without tls; give tls.key and tls.cert, or leave the port out.`;
    throw new ListenerError('listener.tlsMissing', message);
  }
  return {
    key: tls.key,
    cert: tls.cert,
    minVersion: 'TLSv1.2',
    handshakeTimeout: limits.connectTimeoutMs,
    ...(tls.clientAuthorities !== undefined && {
      ca: tls.clientAuthorities,
      requestCert: true,
      rejectUnauthorized: true,
    }),
  };
}
