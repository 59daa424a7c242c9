import { type DynamoDBDocumentClient, PutCommand, type PutCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Message } from '#session/message';
import { type Item, request } from '../requests/request.ts';
import { readRetained } from './retained-candidates.ts';
import { firstLevelKey, firstLevelOf, removedItem, toItem } from './retained-item.ts';

/** Before the message, so that none is there which a filter with a wildcard in front does not find. */
export async function ensureFirstLevel(
  client: DynamoDBDocumentClient,
  table: string,
  topic: string,
): Promise<void> {
  const key = firstLevelKey(firstLevelOf(topic));
  if ((await readRetained(client, table, key)) !== undefined) return;
  const put = new PutCommand({ TableName: table, Item: key });
  await request(`enter the first level of ${topic}`, client.send(put));
}

/** What a message with RETAIN leaves for its topic; an empty one takes away what there is. [MQTT-3.3.1-6] */
export function retainedItemOf(message: Message): Item {
  const { topic, payload, receivedAtMs } = message;
  return payload.byteLength === 0 ? removedItem(topic, receivedAtMs) : toItem(message);
}

/** The Put of a topic's item, unless there is one of a message that was received later. [MQTT-3.3.1-5] */
export function retainedPut(table: string, item: Item, receivedAtMs: number): PutCommandInput {
  const isFirst = 'attribute_not_exists(#log)';
  // At the same time it is the same message again, or one as new.
  const isNewer = 'receivedAtMs <= :at';
  return {
    TableName: table,
    Item: { ...item },
    ConditionExpression: `${isFirst} OR ${isNewer}`,
    ExpressionAttributeNames: { '#log': 'log' },
    ExpressionAttributeValues: { ':at': receivedAtMs },
  };
}
