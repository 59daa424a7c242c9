import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Consumed, observeCapacity } from '#store/requests/capacity';
import type { Item } from '#store/requests/request';
import { ownDynamoDb } from '#test/store/dynamodb/shared-dynamodb';
import { startTables, type TestTables } from '#test/store/dynamodb/tables';
import type { Progress } from './progress.ts';

/** As many as one BatchWriteItem takes. */
const BATCH = 25;
const SIDE_BY_SIDE = 8;

/** Puts items straight into a table, since that many one by one would take minutes. */
export async function putAll(
  client: DynamoDBDocumentClient,
  table: string,
  items: readonly Item[],
  progress: Progress,
): Promise<void> {
  let next = 0;
  const writer = async () => {
    while (next < items.length) {
      const batch = items.slice(next, next + BATCH);
      next += BATCH;
      const requests = batch.map((item) => ({ PutRequest: { Item: { ...item } } }));
      const { UnprocessedItems } = await client.send(
        new BatchWriteCommand({ RequestItems: { [table]: requests } }),
      );
      const left = Object.keys(UnprocessedItems ?? {}).length;
      if (left > 0) throw new Error(`DynamoDB Local left items of a batch for ${table} unwritten`);
      progress(`${Math.min(next, items.length)} of ${items.length} items written`);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, writer));
}

/** The tables of the service in a DynamoDB Local of its own, for as long as the measurement takes. */
export async function withTables<Result>(measure: (tables: TestTables) => Promise<Result>): Promise<Result> {
  const tables = await startTables({ dynamoDb: await ownDynamoDb() });
  try {
    return await measure(tables);
  } finally {
    await tables.stop();
  }
}

/** Keeps what the requests of a client use. */
export class Ledger {
  #requests: Consumed[] = [];

  constructor(client: DynamoDBDocumentClient) {
    observeCapacity(client, (consumed) => this.#requests.push(consumed));
  }

  /** What was used since the last time. */
  take(): readonly Consumed[] {
    const taken = this.#requests;
    this.#requests = [];
    return taken;
  }
}

export interface Sum {
  readonly readUnits: number;
  /** Of tables and indexes together. */
  readonly writeUnits: number;
  readonly requests: number;
  readonly deletes: number;
}

export function sumOf(requests: readonly Consumed[]): Sum {
  const sum = (unitsOf: (consumed: Consumed) => number) =>
    requests.reduce((total, consumed) => total + unitsOf(consumed), 0);
  return {
    readUnits: sum(({ readUnits }) => readUnits),
    writeUnits: sum(({ writeUnits }) => writeUnits),
    requests: requests.length,
    deletes: requests.filter(({ operation }) => operation.startsWith('Delete')).length,
  };
}
