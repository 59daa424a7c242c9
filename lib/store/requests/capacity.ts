import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** What one request used of one table. A write whose condition was not met is not told by DynamoDB. */
export interface Consumed {
  readonly table: string;
  /** The command, for example `PutCommand`. */
  readonly operation: string;
  /** Units of the table and its indexes together. */
  readonly readUnits: number;
  readonly writeUnits: number;
  /** The part of the indexes, by index name. */
  readonly indexes: Readonly<Record<string, number>>;
}

const READS = /^(Get|BatchGet|Query|Scan|TransactGet)/;

/** Tells the units of every request of this client; only then does DynamoDB have to count them for us. */
export function observeCapacity(
  client: DynamoDBDocumentClient,
  onConsumed: (consumed: Consumed) => void,
): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const input = { ...args.input, ReturnConsumedCapacity: 'INDEXES' };
      const result = await next({ ...args, input });
      const operation = String(context['commandName'] ?? '');
      const { ConsumedCapacity } = result.output as {
        ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[];
      };
      for (const capacity of [ConsumedCapacity ?? []].flat()) onConsumed(consumedFrom(capacity, operation));
      return result;
    },
    { step: 'initialize', name: 'observeCapacity', override: true },
  );
}

function consumedFrom(capacity: ConsumedCapacity, operation: string): Consumed {
  const units = capacity.CapacityUnits ?? 0;
  const isRead = READS.test(operation);
  const indexes = Object.entries(capacity.GlobalSecondaryIndexes ?? {});
  return {
    table: capacity.TableName ?? '',
    operation,
    readUnits: isRead ? units : 0,
    writeUnits: isRead ? 0 : units,
    indexes: Object.fromEntries(indexes.map(([name, used]) => [name, used.CapacityUnits ?? 0])),
  };
}
