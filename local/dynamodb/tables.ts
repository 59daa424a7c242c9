import * as z from 'zod';
import { LocalCloudError } from '#local/errors';
import type { CreatedResource, Environment, Resource } from '#local/template/template';
import { type DynamoDbConnection, DynamoDbRefusal } from './connection.ts';

export interface LocalTable {
  readonly name: string;
  readonly keyAttributes: readonly string[];
  readonly timeToLiveAttribute: string | undefined;
  readonly streamArn: string | undefined;
}

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

/** Of a table, and of a global table with its one replica; the rest means nothing on one machine. */
const tableSchema = z.looseObject({
  TableName: z.optional(z.string()),
  AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() })),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z.optional(
    z.array(
      z.looseObject({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.record(z.string(), z.unknown()),
      }),
    ),
  ),
  LocalSecondaryIndexes: z.optional(z.array(z.looseObject({}))),
  StreamSpecification: z.optional(z.object({ StreamViewType: z.string() })),
  TimeToLiveSpecification: z.optional(
    z.object({ AttributeName: z.optional(z.string()), Enabled: z.boolean() }),
  ),
});

interface TableDescription {
  readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[];
  readonly GlobalSecondaryIndexes?: readonly { readonly IndexName: string }[];
  readonly LatestStreamArn?: string;
}

/** Creates the tables of the template, and finds those again that a data folder kept. */
export class Tables {
  readonly all: LocalTable[] = [];
  private readonly connection: DynamoDbConnection;
  private readonly environment: Environment;

  constructor(connection: DynamoDbConnection, environment: Environment) {
    this.connection = connection;
    this.environment = environment;
  }

  /** @throws LocalCloudError if a kept table has other keys than the template says */
  async create(resource: Resource): Promise<CreatedResource> {
    const wanted = tableSchema.parse(resource.properties);
    const name = wanted.TableName ?? resource.physicalName;
    const description = (await this.describe(name)) ?? (await this.createTable(name, wanted));
    refuseDifference(name, description, wanted);
    const { AttributeName: timeToLiveAttribute, Enabled = false } = wanted.TimeToLiveSpecification ?? {};
    this.all.push({
      name,
      keyAttributes: wanted.KeySchema.map(({ AttributeName }) => AttributeName),
      // DynamoDB Local is not told: a job of its own would remove items the second they expire.
      timeToLiveAttribute: Enabled ? timeToLiveAttribute : undefined,
      streamArn: description.LatestStreamArn,
    });
    const { region, accountId } = this.environment;
    return {
      ref: name,
      attributes: {
        Arn: `arn:aws:dynamodb:${region}:${accountId}:table/${name}`,
        ...(description.LatestStreamArn === undefined ? {} : { StreamArn: description.LatestStreamArn }),
      },
    };
  }

  private async describe(name: string): Promise<TableDescription | undefined> {
    try {
      const { Table } = await this.connection.call<{ Table: TableDescription }>('DescribeTable', {
        TableName: name,
      });
      return Table;
    } catch (error) {
      if (error instanceof DynamoDbRefusal && error.type === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  }

  private async createTable(name: string, wanted: z.infer<typeof tableSchema>): Promise<TableDescription> {
    const { TableDescription: description } = await this.connection.call<{
      TableDescription: TableDescription;
    }>('CreateTable', {
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: wanted.AttributeDefinitions,
      KeySchema: wanted.KeySchema,
      GlobalSecondaryIndexes: wanted.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema,
        Projection,
      })),
      LocalSecondaryIndexes: wanted.LocalSecondaryIndexes,
      StreamSpecification:
        wanted.StreamSpecification === undefined
          ? undefined
          : { StreamEnabled: true, StreamViewType: wanted.StreamSpecification.StreamViewType },
    });
    return description;
  }
}

function refuseDifference(
  name: string,
  description: TableDescription,
  wanted: z.infer<typeof tableSchema>,
): void {
  const shapeOf = (
    keys: TableDescription['KeySchema'],
    indexes: readonly { readonly IndexName: string }[] = [],
  ) =>
    [...keys.map((key) => key.AttributeName), ...indexes.map((index) => index.IndexName).sort()].join(', ');
  const kept = shapeOf(description.KeySchema, description.GlobalSecondaryIndexes);
  const needed = shapeOf(wanted.KeySchema, wanted.GlobalSecondaryIndexes);
  if (kept === needed) return;
  throw new LocalCloudError(
    'dynamodb.tableDiffers',
    `The table ${name} that was kept has the keys and indexes ${kept}; the stack says ${needed}: choose another data folder, or delete the table.`,
  );
}
