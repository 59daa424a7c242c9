import * as z from 'zod';
import type { Arns } from './arns.ts';
import type { Access } from './policy.ts';

const tableName = { TableName: z.string() };
const one = z.object({ ...tableName, IndexName: z.optional(z.string()) });
const several = z.object({ RequestItems: z.record(z.string(), z.unknown()) });
const transaction = z.object({ TransactItems: z.array(z.record(z.string(), z.object(tableName))) });
const stream = z.object({ StreamArn: z.string() });

/** A transaction has no action of its own: each of its parts needs that of its kind. */
const TRANSACTION_ACTIONS: Readonly<Record<string, string>> = {
  ConditionCheck: 'ConditionCheckItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
};

/** What a request to DynamoDB or its streams needs; one that names no table needs its action on everything. */
export function dynamoDbAccesses(operation: string, body: unknown, arns: Arns): readonly Access[] {
  const action = `dynamodb:${operation}`;
  const single = one.safeParse(body);
  if (single.success) {
    const { TableName, IndexName } = single.data;
    const table = arns.table(TableName);
    return [{ action, resource: IndexName === undefined ? table : `${table}/index/${IndexName}` }];
  }
  const transact = transaction.safeParse(body);
  if (transact.success) {
    return transact.data.TransactItems.flatMap((item) =>
      Object.entries(item).map(([kind, { TableName }]) => ({
        action: `dynamodb:${TRANSACTION_ACTIONS[kind] ?? kind}`,
        resource: arns.table(TableName),
      })),
    );
  }
  const batch = several.safeParse(body);
  if (batch.success) {
    return Object.keys(batch.data.RequestItems).map((name) => ({ action, resource: arns.table(name) }));
  }
  const ofStream = stream.safeParse(body);
  return [{ action, resource: ofStream.success ? ofStream.data.StreamArn : '*' }];
}
