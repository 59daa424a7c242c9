import type { QoS, UserProperty } from '#session/message';

/* Control packets as the product speaks of them: for 3.1.1 and 5 alike, what 3.1.1 lacks has its default. */

export type ProtocolVersion = 4 | 5;

interface WithUserProperties {
  /** In the order in which they came. [MQTT-3.3.2-18] */
  readonly userProperties?: readonly UserProperty[];
}

interface WithReason extends WithUserProperties {
  readonly reasonString?: string;
}

/** Properties that belong to a message, of a PUBLISH or of a will. */
export interface MessageProperties extends WithUserProperties {
  /** true: the payload is UTF-8. */
  readonly payloadFormatIndicator?: boolean;
  /** Seconds. */
  readonly messageExpiryInterval?: number;
  readonly contentType?: string;
  readonly responseTopic?: string;
  readonly correlationData?: Uint8Array;
}

export interface WillProperties extends MessageProperties {
  /** Seconds. */
  readonly willDelayInterval?: number;
}

export interface Will {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties: WillProperties;
}

export interface ConnectProperties extends WithUserProperties {
  /** Seconds; 0xFFFFFFFF = never expires. */
  readonly sessionExpiryInterval?: number;
  readonly receiveMaximum?: number;
  /** Bytes. */
  readonly maximumPacketSize?: number;
  readonly topicAliasMaximum?: number;
  readonly requestResponseInformation?: boolean;
  readonly requestProblemInformation?: boolean;
  readonly authenticationMethod?: string;
  readonly authenticationData?: Uint8Array;
}

export interface ConnectPacket {
  readonly cmd: 'connect';
  readonly protocolVersion: ProtocolVersion;
  /** Clean Start; Clean Session in 3.1.1. */
  readonly clean: boolean;
  /** Seconds; 0 = none. */
  readonly keepAliveSeconds: number;
  /** Empty: the server gives one. [MQTT-3.1.3-6] */
  readonly clientId: string;
  readonly will?: Will;
  readonly username?: string;
  readonly password?: Uint8Array;
  readonly properties: ConnectProperties;
}

export interface PublishProperties extends MessageProperties {
  readonly topicAlias?: number;
}

export interface PublishPacket {
  readonly cmd: 'publish';
  /** Empty: the topic alias stands for it. */
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly dup: boolean;
  readonly retain: boolean;
  /** Present with QoS 1 and 2. [MQTT-2.2.1-2] */
  readonly packetId?: number;
  readonly properties: PublishProperties;
}

export type AcknowledgementKind = 'puback' | 'pubrec' | 'pubrel' | 'pubcomp';

export interface AcknowledgementPacket<Kind extends AcknowledgementKind = AcknowledgementKind> {
  readonly cmd: Kind;
  readonly packetId: number;
  readonly reasonCode: number;
  readonly properties: WithReason;
}

export interface RequestedSubscription {
  /** As the client sent it, `$share/…` included. */
  readonly filter: string;
  readonly qos: QoS;
  readonly noLocal: boolean;
  readonly retainAsPublished: boolean;
  readonly retainHandling: 0 | 1 | 2;
}

export interface SubscribePacket {
  readonly cmd: 'subscribe';
  readonly packetId: number;
  readonly subscriptions: readonly RequestedSubscription[];
  readonly properties: WithUserProperties & { readonly subscriptionIdentifier?: number };
}

export interface UnsubscribePacket {
  readonly cmd: 'unsubscribe';
  readonly packetId: number;
  readonly filters: readonly string[];
  readonly properties: WithUserProperties;
}

export interface PingreqPacket {
  readonly cmd: 'pingreq';
}

export interface DisconnectPacket {
  readonly cmd: 'disconnect';
  readonly reasonCode: number;
  readonly properties: WithReason & { readonly sessionExpiryInterval?: number };
}

/** What a client may send. AUTH is not among them, since no authentication method is offered. */
export type ClientPacket =
  | ConnectPacket
  | PublishPacket
  | AcknowledgementPacket<'puback'>
  | AcknowledgementPacket<'pubrec'>
  | AcknowledgementPacket<'pubrel'>
  | AcknowledgementPacket<'pubcomp'>
  | SubscribePacket
  | UnsubscribePacket
  | PingreqPacket
  | DisconnectPacket;

export interface ConnackProperties {
  readonly sessionExpiryInterval?: number;
  readonly receiveMaximum?: number;
  readonly maximumQoS?: 0 | 1;
  readonly retainAvailable?: boolean;
  readonly maximumPacketSize?: number;
  readonly assignedClientIdentifier?: string;
  readonly topicAliasMaximum?: number;
  readonly reasonString?: string;
  readonly wildcardSubscriptionAvailable?: boolean;
  readonly subscriptionIdentifiersAvailable?: boolean;
  readonly sharedSubscriptionAvailable?: boolean;
  readonly serverKeepAlive?: number;
  readonly responseInformation?: string;
  readonly serverReference?: string;
}

/** Why, in words, for whoever looks for the reason; left out where the client did not ask for it. */
interface ServerReason {
  readonly reasonString?: string;
}

/** What the server sends; properties and reason codes that 3.1.1 lacks are left out there. */
export type ServerPacket =
  | {
      readonly cmd: 'connack';
      readonly sessionPresent: boolean;
      readonly reasonCode: number;
      readonly properties?: ConnackProperties;
    }
  | {
      readonly cmd: 'publish';
      readonly topic: string;
      readonly payload: Uint8Array;
      readonly qos: QoS;
      readonly dup: boolean;
      readonly retain: boolean;
      readonly packetId?: number;
      readonly properties?: PublishProperties & {
        /** Of all matching subscriptions. [MQTT-3.3.4-3] */
        readonly subscriptionIdentifiers?: readonly number[];
      };
    }
  | {
      readonly cmd: AcknowledgementKind;
      readonly packetId: number;
      readonly reasonCode: number;
      readonly properties?: ServerReason;
    }
  | {
      readonly cmd: 'suback' | 'unsuback';
      readonly packetId: number;
      /** One for each filter, in the order of the request. [MQTT-3.8.4-6] */
      readonly reasonCodes: readonly number[];
      readonly properties?: ServerReason;
    }
  | { readonly cmd: 'pingresp' }
  /** MQTT 5 only: a 3.1.1 server just closes. */
  | {
      readonly cmd: 'disconnect';
      readonly reasonCode: number;
      readonly properties?: ServerReason & { readonly serverReference?: string };
    };
