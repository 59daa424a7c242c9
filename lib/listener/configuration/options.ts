import { ListenerError } from '../errors.ts';
import type { Authorizer, Heartbeat, Log, PacketsFunction, Signals } from '../ports.ts';

/** Ports to listen on, 0 = any free one. Absent: not at all. */
export interface ListenerPorts {
  /** MQTT over TCP. */
  readonly mqtt?: number;
  /** MQTT over TLS; needs `tls`. */
  readonly mqtts?: number;
  /** MQTT over WebSocket, any path, subprotocol `mqtt`. */
  readonly ws?: number;
  /** MQTT over WebSocket over TLS; needs `tls`. */
  readonly wss?: number;
}

export interface TlsSettings {
  /** PEM. */
  readonly key: string;
  /** PEM, with its chain. */
  readonly cert: string;
  /**
   * PEM of the authorities that sign client certificates. With them every client must show a certificate that
   * one of them signed; its SHA-256 fingerprint is the principal.
   *
   * @default - clients are not asked for a certificate
   */
  readonly clientAuthorities?: string;
}

export interface Limits {
  /**
   * Sockets at once in this process; more are closed as they come.
   *
   * @default 10000
   */
  readonly maximumConnections: number;
  /**
   * Sockets at once from one remote address. Do not set it where a proxy hides the addresses of clients.
   *
   * @default Infinity
   */
  readonly maximumConnectionsPerAddress: number;
  /**
   * Bytes of one control packet, at most 4 MiB, since a request to Lambda has 6 MB at most and packets travel
   * in base64. A larger one ends the connection, in MQTT 5 with DISCONNECT 0x95.
   *
   * @default 262144
   */
  readonly maximumPacketBytes: number;
  /**
   * Bytes of one connection that were received and not handed over; at more the socket is not read.
   *
   * @default 1048576
   */
  readonly maximumPendingBytes: number;
  /**
   * Bytes that a client has not read; at more nothing further is asked for, and its socket is not read.
   *
   * @default 1048576
   */
  readonly maximumUnwrittenBytes: number;
  /**
   * How long a client may leave more than that unread.
   *
   * @default 30000
   */
  readonly unreadTimeoutMs: number;
  /**
   * From the start of a network connection to the end of its CONNECT.
   *
   * @default 10000
   */
  readonly connectTimeoutMs: number;
  /**
   * How long a failing function is called again before the client is sent away.
   *
   * @default 20000
   */
  readonly failureTimeoutMs: number;
  /**
   * How long after the end of a network connection the function is told of it, if it fails.
   *
   * @default 60000
   */
  readonly closedTimeoutMs: number;
  /**
   * How long `stop` waits for connections to be closed and the function to be told.
   *
   * @default 25000
   */
  readonly stopTimeoutMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  maximumConnections: 10_000,
  maximumConnectionsPerAddress: Number.POSITIVE_INFINITY,
  maximumPacketBytes: 262_144,
  maximumPendingBytes: 1_048_576,
  maximumUnwrittenBytes: 1_048_576,
  unreadTimeoutMs: 30_000,
  connectTimeoutMs: 10_000,
  failureTimeoutMs: 20_000,
  closedTimeoutMs: 60_000,
  stopTimeoutMs: 25_000,
};

export interface ListenerOptions {
  readonly packets: PacketsFunction;
  readonly signals: Signals;
  readonly ports: ListenerPorts;

  /**
   * The address of this machine to listen on.
   *
   * @default - all of them
   */
  readonly host?: string;

  /** @default - none; `ports.mqtts` and `ports.wss` need it */
  readonly tls?: TlsSettings;

  /**
   * Decides who may connect.
   *
   * WITHOUT IT EVERYBODY MAY CONNECT, with any client identifier, and take over the session of any client. Leave
   * it out only where something else keeps strangers away: client certificates (`tls.clientAuthorities`, which
   * still let one client use the identifier of another), or a closed network.
   *
   * @default - everybody may connect
   */
  readonly authorizer?: Authorizer;

  readonly limits?: Partial<Limits>;

  /**
   * Called at once and then every 10 seconds while the listener runs. When it stops being called, the function
   * ends the connections that the process has left open.
   *
   * @default - not called: clients of a process that was killed stay connected until they return
   */
  readonly heartbeat?: Heartbeat;

  /**
   * Called once the listener has ended because the function gave it up while it could not be heard. Its clients
   * were sent away and find their sessions at another one; start the process anew.
   *
   * @default - it ends without telling anybody
   */
  readonly onGivenUp?: () => void;

  /** @default - JSON lines on the standard output */
  readonly log?: Log;
}

/** Of a packet: what a request to Lambda can carry. */
const LARGEST_PACKET_BYTES = 4 * 1_048_576;

/** @throws ListenerError that says what came and what is allowed */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  const limits = { ...DEFAULT_LIMITS, ...given };
  for (const [name, value] of Object.entries(limits)) {
    if (value >= 1) continue;
    throw new ListenerError('listener.limit', `limits.${name}: ${value} came; allowed: a number from 1`);
  }
  if (limits.maximumPacketBytes <= LARGEST_PACKET_BYTES) return limits;
  throw new ListenerError(
    'listener.limit',
    `limits.maximumPacketBytes: ${limits.maximumPacketBytes} came; allowed: at most ${LARGEST_PACKET_BYTES}, because a request to Lambda must hold it`,
  );
}
