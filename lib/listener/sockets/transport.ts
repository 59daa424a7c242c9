/** The byte stream of one client, over TCP, TLS or WebSocket. */
export interface Transport {
  readonly remoteAddress: string | undefined;
  /** SHA-256 fingerprint of the client's certificate, hexadecimal in lower case. */
  readonly principal: string | undefined;
  /** Bytes that the client has not taken yet. */
  readonly unwrittenBytes: number;
  /** Whether `drained` will be called, because the client takes less than it is given. */
  readonly isFull: boolean;
  readonly write: (bytes: Uint8Array) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Ends it when everything is written, or after a moment; what still comes is thrown away. */
  readonly end: () => void;
  readonly destroy: () => void;
}

/** Who is told what happens to it. */
export interface TransportObserver {
  readonly received: (bytes: Uint8Array) => void;
  readonly drained: () => void;
  /** The client breaks the rules of the transport. */
  readonly violated: () => void;
  /** Once, and last. */
  readonly closed: () => void;
}

/** How long a client may take to read a farewell and to close its side. */
export const LINGER_MS = 2_000;
