import { afterAll, beforeAll } from 'vitest';
import { startTables, type TestTables } from '#test/store/dynamodb/tables';

/** DynamoDB Local with the service's tables, for all tests of a file. */
export function useTables(start: () => Promise<TestTables> = startTables): () => TestTables {
  let tables: TestTables | undefined;
  beforeAll(async () => {
    tables = await start();
  });
  afterAll(() => tables?.stop());
  return () => {
    if (tables === undefined) throw new Error('DynamoDB Local has not started');
    return tables;
  };
}
