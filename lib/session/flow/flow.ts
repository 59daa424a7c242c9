import type { Position } from '../position.ts';

/** Where an outgoing message stands: PUBLISH sent, or PUBREC received and PUBREL sent (QoS 2). */
export type OutboundState = 'publish' | 'pubrel';

/** A QoS 1 or 2 message sent to the client and not completely acknowledged. */
export interface Outbound {
  readonly packetId: number;
  readonly state: OutboundState;
  readonly qos: 1 | 2;
  /** Where the message lies, so that it can be sent again as it was. */
  readonly log: string;
  readonly position: Position;
  readonly retain: boolean;
  /** Of all matching subscriptions. [MQTT-3.3.4-3] */
  readonly subscriptionIdentifiers?: readonly number[];
}

/**
 * The flow of messages between the server and one client of the packet edge: what was sent and is not
 * acknowledged, what was received and is not released, and how far the log has been read. One item, so that
 * each step of a handshake is one conditional write.
 */
export interface Flow {
  readonly clientId: string;
  /** The life of the client; a flow of another incarnation does not exist. */
  readonly incarnation: string;
  /** Rises with every write; every write is conditional on it. */
  readonly revision: number;
  /** The connection on which `outbound` was last sent; on another one it has to be sent again. [MQTT-4.4.0-1] */
  readonly connection: string;
  /** Everything before it was sent, or dropped with a reason. */
  readonly cursor: Position;
  /** What was taken from the cursor on, ascending. */
  readonly ahead: readonly Position[];
  /** In the order in which it was first sent. [MQTT-4.6.0-1] */
  readonly outbound: readonly Outbound[];
  /** Packet identifiers of QoS 2 messages that were accepted and not released, in order. [MQTT-4.3.3-10] */
  readonly inbound: readonly number[];
  /**
   * Packet identifier of the first of `outbound` that has not been sent again on `connection`, because the
   * client takes fewer at once than it did before; absent: all have been. [MQTT-3.3.4-9]
   */
  readonly resendFrom?: number;
  /**
   * Packet identifier of the first of `outbound` that the answer of this revision sends. A request that does not
   * know of the revision shows that the answer was lost: it has to be sent again.
   */
  readonly unconfirmedFrom?: number;
  /**
   * When the newest packet came, on `connection`, that entered or released an inbound identifier, epoch
   * milliseconds. One that came no later was handled before, by whatever instance.
   */
  readonly inboundAtMs?: number;
  /** Revision of the last answer, where an operator has written the flow since: no answer was lost between the two. */
  readonly answered?: number;
  /** More waits than could be sent: to be looked for when the client has acknowledged. */
  readonly behind?: true;
  /** The limits on what may wait were looked at since the client has returned, and something was left waiting. */
  readonly limited?: true;
  /** What has given way to those limits: not sent, counted as dropped. */
  readonly skip?: { readonly from: Position; readonly upTo: Position };
  /** The packet identifier given last, so that one just freed is not used again at once. */
  readonly lastPacketId: number;
  /**
   * How many messages have reached the client in this life: acknowledged, or of QoS 0 and sent. The session's own count
   * takes it over when a connection ends, since a write for each message would be too many.
   */
  readonly delivered?: number;
}

/**
 * A flow in which nothing is under way; messages are owed from the cursor on.
 *
 * @example startFlow('meter-7', session.incarnation, connectionId, positionAt(connectedAtMs))
 */
export function startFlow(clientId: string, incarnation: string, connection: string, cursor: Position): Flow {
  return {
    clientId,
    incarnation,
    revision: 0,
    connection,
    cursor,
    ahead: [],
    outbound: [],
    inbound: [],
    lastPacketId: 0,
  };
}
