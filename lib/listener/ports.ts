import type { HeartbeatAnswer, PacketsRequest, PacketsResponse, Signal } from '#packets/carrying/exchange';

/** Calls the function `packets`. A rejected promise means: unknown whether it ran, so the same is asked again. */
export type PacketsFunction = (request: PacketsRequest) => Promise<PacketsResponse>;

/** The way on which signals for the connections of this process arrive. */
export interface Signals {
  /** Called once. The address (`Carrier.address`) to which others send signals from now on. */
  readonly start: (receive: (signal: Signal) => void) => Promise<string>;
  /** The address goes. */
  readonly stop: () => Promise<void>;
  /** As if the process had died: nothing is received any more, and the address stays. */
  readonly destroy: () => void;
}

/** What a client says of itself in CONNECT, and what is known of its network connection. */
export interface ConnectRequest {
  readonly clientId: string;
  readonly username?: string;
  readonly password?: Uint8Array;
  /** SHA-256 fingerprint of the client's certificate, hexadecimal in lower case. */
  readonly principal?: string;
  readonly remoteAddress?: string;
}

export interface Authorization {
  readonly allowed: boolean;
  /** Who it is, for the session record; absent: the certificate's fingerprint, if there is one. */
  readonly principal?: string;
}

/** Decides who may connect. A rejected promise means: not known yet, so it is asked again. */
export type Authorizer = (connect: ConnectRequest) => Promise<Authorization>;

export type LogLevel = 'INFO' | 'WARN' | 'ERROR';

/** Beside the message of a log line. Never a payload. */
export type LogDetails = Readonly<Record<string, string | number | boolean | undefined>>;

export type Log = (level: LogLevel, message: string, details?: LogDetails) => void;

/** Takes a sign of life of the process whose signals go to this address. */
export type Heartbeat = (address: string) => Promise<HeartbeatAnswer>;
