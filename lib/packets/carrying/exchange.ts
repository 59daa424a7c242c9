/**
 * What a carrier and `functions/packets` say to each other: control packets of one network connection up,
 * control packets down. JSON, since it travels through Lambda's Invoke API and SQS; packets are base64.
 */

/** How packets reach a connection that has not asked for any. */
export type Carrier =
  /** A listener process, and the URL of the queue on which it takes signals. */
  | { readonly kind: 'listener'; readonly address: string }
  /** AWS IoT Core: direct messages to the client itself. */
  | { readonly kind: 'iot' };

/** Why a network connection ended otherwise than by the client's DISCONNECT; words of IoT Core's events. */
export const CLOSE_REASONS = [
  'CONNECTION_LOST',
  'MQTT_KEEP_ALIVE_TIMEOUT',
  'CLIENT_ERROR',
  'SERVER_ERROR',
  'SERVER_INITIATED_DISCONNECT',
  /** An operator has ended it. */
  'API_INITIATED_DISCONNECT',
] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

/** What holds for one network connection, from its CONNECT on. The carrier keeps it and sends it along. */
export interface ConnectionContext {
  readonly clientId: string;
  /** The life of the client at CONNECT. */
  readonly incarnation: string;
  readonly protocolVersion: 4 | 5;
  /** Epoch milliseconds of the CONNECT. */
  readonly connectedAtMs: number;
  /** Seconds, in force; 0 = none. */
  readonly keepAliveSeconds: number;
  /** The client's own: how many QoS 1 and 2 messages it takes unacknowledged. [MQTT-3.3.4-9] */
  readonly receiveMaximum: number;
  /** The client's own, bytes; absent = none. [MQTT-3.1.2-24] */
  readonly maximumPacketSize?: number;
  /** false: no reason strings and user properties but on PUBLISH, CONNACK and DISCONNECT. [MQTT-3.1.2-29] */
  readonly requestProblemInformation: boolean;
  /** At CONNECT; an interval of 0 cannot be raised at DISCONNECT. */
  readonly sessionExpiryInterval: number;
  /** The connection found the session there: what the client sends may be what it has sent before. */
  readonly sessionPresent?: true;
  /** What was waiting before this position has been given up, although the client has no flow yet that says so. */
  readonly owedFrom?: string;
  /** Set by the client's PUBLISH packets, alias to topic. [MQTT-3.3.2-8] */
  readonly topicAliases?: Readonly<Record<string, string>>;
  /**
   * Epoch milliseconds: where the newest message was appended if it had waited so long that it was not at its
   * receive time. Those that follow are appended behind it. [MQTT-4.6.0-5]
   */
  readonly appendedAtMs?: number;
  /** Revision of the client's flow as of this answer; an answer that was lost on its way is noticed by it. */
  readonly flowRevision?: number;
}

export interface PacketsRequest {
  readonly connection: {
    /** Made by the carrier, unique for ever: a UUID. */
    readonly id: string;
    readonly carrier: Carrier;
    readonly remoteAddress?: string;
    /** As the carrier authenticated it. */
    readonly principal?: string;
    /** As the carrier authenticated it; CONNECT must not name another. Absent: CONNECT says it. */
    readonly clientId?: string;
    /** Bytes of the largest control packet that the carrier can carry down; absent = any. */
    readonly maximumPacketSize?: number;
  };
  /** From the last answer; absent before CONNECT. */
  readonly context?: ConnectionContext;
  /** In the order in which they came. */
  readonly packets: readonly {
    /** The whole control packet, base64. */
    readonly data: string;
    /** Epoch milliseconds, ascending over the connection: see receive-times.ts. */
    readonly receivedAtMs: number;
  }[];
  /** A signal said that something waits; the filters it named, none: look at all. */
  readonly look?: { readonly filters?: readonly string[] };
  /** The network connection has ended. */
  readonly closed?: { readonly reason: CloseReason; readonly atMs: number };
}

/** Something for another connection than the one at hand, sent to its carrier. */
export type Signal =
  /** Messages wait for it. */
  | { readonly kind: 'look'; readonly connectionId: string; readonly filters?: readonly string[] }
  /** A newer connection of the same client identifier has taken over. [MQTT-3.1.4-3] */
  | { readonly kind: 'takenOver'; readonly connectionId: string }
  /** An operator ends it. */
  | { readonly kind: 'close'; readonly connectionId: string };

export interface PacketsResponse {
  /** To be written in this order, base64. */
  readonly packets: readonly string[];
  /** Absent until CONNECT was accepted. */
  readonly context?: ConnectionContext;
  /** Close the network connection once the packets are written; nothing more needs to be said of it. */
  readonly close?: true;
  /** For connections of the same carrier address. */
  readonly signals?: readonly Signal[];
  /** Ask again (`look`) after so many milliseconds, because something may not be visible yet. */
  readonly lookAfterMs?: number;
}

/** A listener process lives. */
export interface HeartbeatEvent {
  readonly heartbeat: {
    /** `Carrier.address` of its connections. */
    readonly address: string;
  };
}

/** Whether the listener was heard of before; if it is not although it was, its connections have been ended. */
export interface HeartbeatAnswer {
  readonly isKnown: boolean;
}
