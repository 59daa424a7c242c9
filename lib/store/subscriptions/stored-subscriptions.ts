import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Subscription } from '#session/subscription';
import { queryAll } from '../requests/query.ts';
import { revisionPut } from '../requests/revision-put.ts';
import { fromItem, type StoredSubscription, toItem } from './subscription-item.ts';

/** All subscriptions of a client, of whatever incarnation. */
export async function listStored(
  client: DynamoDBDocumentClient,
  table: string,
  clientId: string,
  consistent = true,
): Promise<StoredSubscription[]> {
  const items = await queryAll(client, `list the subscriptions of ${clientId}`, {
    TableName: table,
    KeyConditionExpression: 'clientId = :clientId',
    ExpressionAttributeValues: { ':clientId': clientId },
    ConsistentRead: consistent,
  });
  return items.map(fromItem);
}

/** The Put of a subscription that still is as it was read, undefined: if there is none. */
export function subscriptionPut(
  table: string,
  subscription: Subscription,
  known: StoredSubscription | undefined,
  nowMs: number,
) {
  const item = toItem({ subscription, revision: (known?.revision ?? 0) + 1 }, nowMs);
  return revisionPut(table, 'clientId', item, known?.revision);
}
