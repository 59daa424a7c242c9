import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { shapeOf } from '#session/topics/shape';
import { SHAPE, toItem } from '#store/routes/route-item';
import { TABLE_DEFINITIONS } from '#store/table-definitions';
import type { Progress } from './progress.ts';
import { putAll } from './tables.ts';

/** Eight shapes, all of which fit the topics below: every message has to look up eight filters. */
const FILTERS = [
  'fleet/A/B',
  'fleet/A/+',
  'fleet/+/B',
  '+/A/B',
  'fleet/A/#',
  'fleet/+/B/#',
  'fleet/A/B/#',
  '+/+/B',
] as const;

export const SHAPE_COUNT = FILTERS.length;

/** A topic that the filter with this number matches. */
export function topicOf(index: number): string {
  return `fleet/group-${index}/device-${index}`;
}

function filterOf(index: number): string {
  const filter = FILTERS[index % FILTERS.length] ?? '';
  return filter.replace('A', `group-${index}`).replace('B', `device-${index}`);
}

/** A table of routes with so many filters of eight shapes. */
export async function createRoutes(
  client: DynamoDBDocumentClient,
  count: number,
  progress: Progress,
): Promise<string> {
  const table = `routes-${count}`;
  const { partitionKey, sortKey } = TABLE_DEFINITIONS.routes;
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: partitionKey.name, KeyType: 'HASH' },
        { AttributeName: sortKey.name, KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [partitionKey, sortKey].map(({ name, type }) => ({
        AttributeName: name,
        AttributeType: type,
      })),
    }),
  );
  const shapes = FILTERS.map((filter) => ({ kind: SHAPE, value: shapeOf(filter) }));
  const filters = Array.from({ length: count }, (_, index) => filterOf(index));
  const routes = filters.map((filter) => toItem({ filter, retainSeconds: 86_400, shards: 1 }));
  await putAll(client, table, [...shapes, ...routes], (text) => progress(`${table}: ${text}`));
  return table;
}
