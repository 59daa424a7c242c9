import type { Log } from '#listener/ports';
import type { AttributeMap } from './dynamodb/connection.ts';
import type { DynamoDbRequest } from './dynamodb/dynamodb-proxy.ts';
import type { BusEvent } from './events/event-buses.ts';
import type { IotObservation } from './iot/options.ts';
import type { LogLine } from './lambda/lambda-function.ts';
import type { StoredMessage } from './sqs/queue.ts';

/** What happens in the cloud, for who looks on. */
export type CloudObservation =
  | { readonly kind: 'iot'; readonly event: IotObservation }
  | { readonly kind: 'logged'; readonly line: LogLine }
  /** What a listener of the packet edge logs. */
  | { readonly kind: 'listener'; readonly logged: Parameters<Log> }
  | { readonly kind: 'queued'; readonly queueName: string; readonly message: StoredMessage }
  | { readonly kind: 'busEvent'; readonly busName: string; readonly event: BusEvent }
  | { readonly kind: 'removedByTimeToLive'; readonly tableName: string; readonly key: AttributeMap }
  | ({ readonly kind: 'dynamoDbRequest' } & DynamoDbRequest);
