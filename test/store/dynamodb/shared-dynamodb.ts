import { randomUUID } from 'node:crypto';
import { startDynamoDb } from '#local/dynamodb/dynamodb';

/** The variable that says where the DynamoDB Local of a test run is asked for. */
export const SHARED_DYNAMODB = 'TEST_SHARED_DYNAMODB';

export interface UsedDynamoDb {
  readonly endpoint: string;
  /** Begins the names of tables: whoever else uses the same DynamoDB Local has another one. */
  readonly namespace: string;
  stop(): Promise<void>;
}

/** For what is measured, and so must have it alone. */
export async function ownDynamoDb(): Promise<UsedDynamoDb> {
  return { ...(await startDynamoDb()), namespace: '' };
}

/** The DynamoDB Local that all test files share, or one of the caller's own outside a test run. */
export async function useDynamoDb(): Promise<UsedDynamoDb> {
  const shared = process.env[SHARED_DYNAMODB];
  if (shared === undefined) return ownDynamoDb();
  const answer = await fetch(shared);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return { endpoint: text, namespace: `${randomUUID().slice(0, 8)}-`, stop: async () => {} };
}
