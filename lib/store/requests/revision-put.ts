import type { PutCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Item } from './request.ts';

/**
 * The Put of an item that still is at `expectedRevision`, undefined: if there is none. Where that is not so, the
 * refusal brings the item as it stands.
 */
export function revisionPut(
  table: string,
  partitionKey: 'clientId' | 'kind',
  item: Item,
  expectedRevision: number | undefined,
) {
  return {
    TableName: table,
    Item: { ...item },
    ...(expectedRevision === undefined
      ? { ConditionExpression: `attribute_not_exists(${partitionKey})` }
      : {
          ConditionExpression: 'revision = :expected',
          ExpressionAttributeValues: { ':expected': expectedRevision },
        }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } satisfies PutCommandInput;
}
