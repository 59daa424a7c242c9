import type { Message, QoS } from '#session/message';

/** What the broker knows of a client's connection. */
export interface BrokerConnection {
  readonly connected: boolean;
  readonly connectedSinceMs?: number;
  /** Kept by the broker for half an hour. */
  readonly disconnectedSinceMs?: number;
  readonly cleanSession?: boolean;
  /** Seconds; absent for MQTT 3.1.1. */
  readonly sessionExpiry?: number;
  readonly keepAliveSeconds?: number;
}

export interface BrokerSubscription {
  readonly filter: string;
  readonly qos: QoS;
}

/** The quotas of look-ups are not published: each may fail at any time, and nothing may depend on one. */
export type LookUp<Value> =
  | { readonly outcome: 'found'; readonly value: Value }
  | { readonly outcome: 'unknownClient' }
  | { readonly outcome: 'unavailable'; readonly reason: string };

export type DirectMessage = Pick<
  Message,
  'topic' | 'payload' | 'contentType' | 'utf8Payload' | 'responseTopic' | 'correlationData' | 'userProperties'
>;

export type SendOutcome =
  /** The client acknowledged it, or it was dispatched when no confirmation was asked for. */
  | 'delivered'
  | 'notConnected'
  /** No PUBACK in time: it may have arrived all the same. */
  | 'timedOut'
  | 'throttled'
  /** The client may not receive on this topic, or the service may not send. */
  | 'notAuthorized'
  | 'tooLarge'
  /** The broker will never take it, whatever is retried. */
  | 'refused'
  | 'unavailable';

export type DisconnectOutcome =
  | { readonly outcome: 'closed' }
  /** The broker knows neither a connection nor a session of the client. */
  | { readonly outcome: 'notConnected' }
  | { readonly outcome: 'unavailable'; readonly reason: string };

/** The broker's data plane, as far as sessions need it. */
export interface Broker {
  connection(clientId: string): Promise<LookUp<BrokerConnection>>;
  subscriptions(clientId: string): Promise<LookUp<readonly BrokerSubscription[]>>;
  /** Sends to one connected client; `confirm` waits for its PUBACK. Never throws. */
  send(clientId: string, message: DirectMessage, confirm: boolean): Promise<SendOutcome>;
}

/** What only operators ask of the broker. */
export interface DisconnectingBroker extends Broker {
  /**
   * Ends the client's connection; its will is published, as for any end that is not the client's own. With
   * `cleanSession` the broker's own session ends too, also that of a client that is away. Never throws.
   */
  disconnect(clientId: string, cleanSession: boolean): Promise<DisconnectOutcome>;
}
