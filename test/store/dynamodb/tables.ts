import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createDocumentClient } from '#store/client';
import type { TableNames } from '#store/names';
import { type KeyAttribute, TABLE_DEFINITIONS, type TableDefinition } from '#store/table-definitions';
import { type UsedDynamoDb, useDynamoDb } from './shared-dynamodb.ts';

export interface TestTables {
  readonly names: TableNames;
  readonly endpoint: string;
  /** A client of its own, so that what one test observes is its own doing. */
  newClient(): DynamoDBDocumentClient;
  stop(): Promise<void>;
}

const LOCAL = { region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

/** Tables of the service in DynamoDB Local, which nobody else uses. */
export async function startTables(options: { readonly dynamoDb?: UsedDynamoDb } = {}): Promise<TestTables> {
  const dynamoDb = options.dynamoDb ?? (await useDynamoDb());
  const { endpoint, namespace } = dynamoDb;
  const names: TableNames = {
    sessions: `${namespace}sessions`,
    subscriptions: `${namespace}subscriptions`,
    routes: `${namespace}routes`,
    messages: `${namespace}messages`,
    inflight: `${namespace}inflight`,
    history: `${namespace}history`,
    statistics: `${namespace}statistics`,
  };
  const client = new DynamoDBClient({ endpoint, ...LOCAL });
  for (const table of Object.keys(names) as (keyof TableNames)[]) {
    await createTable(client, names[table], TABLE_DEFINITIONS[table]);
  }
  client.destroy();
  const clients: DynamoDBDocumentClient[] = [];
  return {
    names,
    endpoint,
    newClient() {
      const created = createDocumentClient({ endpoint, ...LOCAL });
      clients.push(created);
      return created;
    },
    async stop() {
      for (const created of clients) created.destroy();
      await dynamoDb.stop();
    },
  };
}

/** Creates one table as it is defined. */
async function createTable(client: DynamoDBClient, name: string, definition: TableDefinition) {
  const { partitionKey, sortKey, indexes, stream } = definition;
  const keys = [partitionKey, sortKey, ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])];
  const attributes = new Map(keys.filter((key) => key !== undefined).map((key) => [key.name, key.type]));
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: schemaOf(partitionKey, sortKey),
      AttributeDefinitions: [...attributes].map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      ...(indexes.length === 0
        ? {}
        : {
            GlobalSecondaryIndexes: indexes.map((index) => ({
              IndexName: index.indexName,
              KeySchema: schemaOf(index.partitionKey, index.sortKey),
              Projection: { ProjectionType: index.projectionType },
            })),
          }),
      ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } }),
    }),
  );
}

function schemaOf(partitionKey: KeyAttribute, sortKey?: KeyAttribute): CreateTableCommandInput['KeySchema'] {
  return [
    { AttributeName: partitionKey.name, KeyType: 'HASH' },
    ...(sortKey === undefined ? [] : [{ AttributeName: sortKey.name, KeyType: 'RANGE' as const }]),
  ];
}
