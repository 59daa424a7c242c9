import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startDynamoDb } from '#local/dynamodb/dynamodb';
import { createDocumentClient } from '#store/client';
import type { TableNames } from '#store/names';
import { type KeyAttribute, TABLE_DEFINITIONS, type TableDefinition } from '#store/table-definitions';

export interface TestTables {
  readonly names: TableNames;
  readonly endpoint: string;
  /** A client of its own, so that what one test observes is its own doing. */
  newClient(): DynamoDBDocumentClient;
  stop(): Promise<void>;
}

const LOCAL = { region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

/** Starts a DynamoDB Local in memory, with the tables of the service. */
export async function startTables(): Promise<TestTables> {
  const dynamoDb = await startDynamoDb();
  const { endpoint } = dynamoDb;
  const client = new DynamoDBClient({ endpoint, ...LOCAL });
  const names = Object.keys(TABLE_DEFINITIONS) as (keyof TableNames)[];
  for (const name of names) await createTable(client, name, TABLE_DEFINITIONS[name]);
  client.destroy();
  const clients: DynamoDBDocumentClient[] = [];
  return {
    names: {
      sessions: 'sessions',
      subscriptions: 'subscriptions',
      routes: 'routes',
      messages: 'messages',
      inflight: 'inflight',
    },
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
