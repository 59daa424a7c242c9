import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type CountsStore, createCountsStore } from './counts.ts';
import { createFindingStore, type FindingStore } from './findings.ts';
import { createOperationStore, type OperationStore } from './operations.ts';
import { createPointStore, type PointStore } from './points.ts';
import { createTakeoverStore, type TakeoverStore } from './takeovers.ts';

/** What is known of the service as a whole. */
export interface StatisticsStore
  extends CountsStore,
    PointStore,
    FindingStore,
    OperationStore,
    TakeoverStore {}

/** @example createStatisticsStore(client, names.statistics, { clock: Date.now }) */
export function createStatisticsStore(
  client: DynamoDBDocumentClient,
  table: string,
  options: { readonly clock: () => number },
): StatisticsStore {
  return {
    ...createCountsStore(client, table, options),
    ...createPointStore(client, table),
    ...createFindingStore(client, table, options),
    ...createOperationStore(client, table),
    ...createTakeoverStore(client, table),
  };
}
