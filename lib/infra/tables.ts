import { RemovalPolicy } from 'aws-cdk-lib';
import {
  type Attribute,
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  type TablePropsV2,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import {
  type KeyAttribute,
  TABLE_DEFINITIONS,
  type TableDefinition,
  TIME_TO_LIVE_ATTRIBUTE,
} from '#store/table-definitions';
import { InfrastructureError } from './errors.ts';

/** A ceiling on what one on-demand table may use, in request units a second. */
export interface MaximumThroughput {
  readonly readRequestUnits: number;
  readonly writeRequestUnits: number;
}

export interface TablesProps {
  readonly removalPolicy?: RemovalPolicy | undefined;
  readonly deletionProtection?: boolean | undefined;
  readonly maximumThroughput?: MaximumThroughput | undefined;
}

export interface Tables {
  readonly sessions: TableV2;
  readonly subscriptions: TableV2;
  readonly routes: TableV2;
  readonly messages: TableV2;
  readonly inflight: TableV2;
  readonly history: TableV2;
  readonly statistics: TableV2;
}

/** The tables of one installation, with the keys and indexes that the store says. */
export function createTables(scope: Construct, props: TablesProps): Tables {
  if (props.maximumThroughput !== undefined) checkThroughput(props.maximumThroughput);
  const create = (id: string, definition: TableDefinition) =>
    new TableV2(scope, id, { ...tableDefaults(props), ...keysOf(definition) });
  return {
    sessions: create('Sessions', TABLE_DEFINITIONS.sessions),
    subscriptions: create('Subscriptions', TABLE_DEFINITIONS.subscriptions),
    routes: create('Routes', TABLE_DEFINITIONS.routes),
    messages: create('Messages', TABLE_DEFINITIONS.messages),
    inflight: create('Inflight', TABLE_DEFINITIONS.inflight),
    history: create('History', TABLE_DEFINITIONS.history),
    statistics: create('Statistics', TABLE_DEFINITIONS.statistics),
  };
}

function keysOf({ partitionKey, sortKey, indexes, stream }: TableDefinition): TablePropsV2 {
  return {
    partitionKey: attribute(partitionKey),
    ...(sortKey && { sortKey: attribute(sortKey) }),
    globalSecondaryIndexes: indexes.map((index) => ({
      indexName: index.indexName,
      partitionKey: attribute(index.partitionKey),
      sortKey: attribute(index.sortKey),
      projectionType: ProjectionType[index.projectionType],
    })),
    ...(stream && { dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES }),
  };
}

function attribute({ name, type }: KeyAttribute): Attribute {
  return { name, type: type === 'N' ? AttributeType.NUMBER : AttributeType.STRING };
}

function checkThroughput(maximum: MaximumThroughput): void {
  for (const [name, units] of Object.entries(maximum)) {
    if (Number.isInteger(units) && units >= 1) continue;
    throw new InfrastructureError(
      'infrastructure.maximumThroughput',
      `maximumThroughput.${name}: ${units} came; allowed: a whole number from 1 of request units a second`,
    );
  }
}

type TableDefaults = Omit<TablePropsV2, 'partitionKey' | 'sortKey'>;

function tableDefaults(props: TablesProps): TableDefaults {
  return {
    billing: Billing.onDemand(
      props.maximumThroughput && {
        maxReadRequestUnits: props.maximumThroughput.readRequestUnits,
        maxWriteRequestUnits: props.maximumThroughput.writeRequestUnits,
      },
    ),
    encryption: TableEncryptionV2.awsManagedKey(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    timeToLiveAttribute: TIME_TO_LIVE_ATTRIBUTE,
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    deletionProtection: props.deletionProtection ?? true,
  };
}

/** The ARN of a table's stream. */
export function streamOf(table: TableV2): string {
  if (table.tableStreamArn === undefined) throw new Error(`Table ${table.node.path} has no stream`);
  return table.tableStreamArn;
}
