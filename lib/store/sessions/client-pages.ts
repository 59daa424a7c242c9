import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { request } from '../requests/request.ts';
import { CLIENT_INDEX } from '../table-definitions.ts';

export interface ClientPage {
  /** In order. */
  readonly clientIds: readonly string[];
  /** Nothing follows in this part. */
  readonly isLast: boolean;
}

/** The clients that have a session record, in one part of the list of all, behind one of them; a little late. */
export async function clientPage(
  client: DynamoDBDocumentClient,
  table: string,
  { shard, after, limit }: { readonly shard: number; readonly after?: string; readonly limit: number },
): Promise<ClientPage> {
  const command = new QueryCommand({
    TableName: table,
    IndexName: CLIENT_INDEX.indexName,
    KeyConditionExpression: after === undefined ? '#shard = :shard' : '#shard = :shard AND clientId > :after',
    ExpressionAttributeNames: { '#shard': 'shard' },
    ExpressionAttributeValues: { ':shard': shard, ...(after !== undefined && { ':after': after }) },
    Limit: limit,
  });
  const page = await request('list the clients', client.send(command));
  return {
    clientIds: (page.Items ?? []).map((item) => String(item['clientId'])),
    isLast: page.LastEvaluatedKey === undefined,
  };
}
