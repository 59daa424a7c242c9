import type { BrokerSession } from './broker-session.ts';
import type { ConnectionRecord } from './connection-record.ts';
import type { MessageProperties, QoS } from './message.ts';
import type { Outbound } from './outbound.ts';
import type { TokenBucket } from './token-bucket.ts';

export interface Will {
  topic: string;
  payload: Buffer;
  qos: QoS;
  retain: boolean;
  properties: MessageProperties;
  messageExpirySeconds?: number;
}

/** What a connection has from its CONNECT on. */
export interface Established {
  readonly record: ConnectionRecord;
  readonly session: BrokerSession;
  readonly outbound: Outbound;
  readonly topicAliases: Map<number, string>;
  readonly directMessages: TokenBucket;
  /** Undefined once it must not be published any more. */
  will: Will | undefined;
  /** Rising with each call, so that no two packets of a connection share a millisecond. */
  stamp(): number;
}
