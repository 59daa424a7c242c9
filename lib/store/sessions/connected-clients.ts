import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { request } from '../request.ts';
import { STATUS_INDEX } from '../table-definitions.ts';
import { STATUS_SHARDS } from './session-item.ts';

/** Client identifiers of the sessions that are connected, a page at a time, in no order. */
export async function* connectedClients(
  client: DynamoDBDocumentClient,
  table: string,
): AsyncGenerator<readonly string[]> {
  for (let shard = 0; shard < STATUS_SHARDS; shard += 1) {
    let startKey: Record<string, unknown> | undefined;
    do {
      const command = new QueryCommand({
        TableName: table,
        IndexName: STATUS_INDEX.indexName,
        KeyConditionExpression: 'statusShard = :shard',
        ExpressionAttributeValues: { ':shard': `connected#${shard}` },
        ...(startKey !== undefined && { ExclusiveStartKey: startKey }),
      });
      const page = await request('list the connected clients', client.send(command));
      yield (page.Items ?? []).map((item) => String(item['clientId']));
      startKey = page.LastEvaluatedKey;
    } while (startKey !== undefined);
  }
}
