import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { queryPages } from '../query.ts';
import { CLIENT_SHARDS, STATUS_INDEX } from '../table-definitions.ts';

/** Client identifiers of the sessions that are connected, a page at a time, in no order. */
export async function* connectedClients(
  client: DynamoDBDocumentClient,
  table: string,
): AsyncGenerator<readonly string[]> {
  for (let shard = 0; shard < CLIENT_SHARDS; shard += 1) {
    const pages = queryPages(client, 'list the connected clients', {
      TableName: table,
      IndexName: STATUS_INDEX.indexName,
      KeyConditionExpression: 'statusShard = :shard',
      ExpressionAttributeValues: { ':shard': `connected#${shard}` },
    });
    for await (const page of pages) yield page.map((item) => String(item['clientId']));
  }
}
