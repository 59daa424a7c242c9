import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { queryAll } from '../requests/query.ts';
import { request } from '../requests/request.ts';

/** The kind of route items under which listener processes are kept. */
const LISTENER = 'listener';
/** An item outlives the last sign of life by this much, so that TTL removes what nobody looks at. */
const KEPT_SECONDS = 86_400;

/** Listener processes: when each was last heard of. */
export interface ListenerStore {
  /** @returns whether it had not been known */
  seen(address: string, atMs: number): Promise<{ readonly isNew: boolean }>;
  /** Epoch milliseconds of its last sign of life; undefined: it is not known. */
  lastSeenMs(address: string): Promise<number | undefined>;
  forget(address: string): Promise<void>;
  /** Of all that are known; whether they live is to be looked at. */
  addresses(): Promise<readonly string[]>;
}

/** @example createListenerStore(client, names.routes) */
export function createListenerStore(client: DynamoDBDocumentClient, table: string): ListenerStore {
  const keyOf = (address: string) => ({ kind: LISTENER, value: address });
  return {
    async seen(address, atMs) {
      const command = new PutCommand({
        TableName: table,
        Item: { ...keyOf(address), seenAtMs: atMs, expiresAt: Math.ceil(atMs / 1000) + KEPT_SECONDS },
        ReturnValues: 'ALL_OLD',
      });
      const { Attributes } = await request(`note a listener's sign of life`, client.send(command));
      return { isNew: Attributes === undefined };
    },

    async lastSeenMs(address) {
      const command = new GetCommand({ TableName: table, Key: keyOf(address), ConsistentRead: true });
      const { Item } = await request('read a listener', client.send(command));
      const seenAtMs: unknown = Item?.['seenAtMs'];
      return typeof seenAtMs === 'number' ? seenAtMs : undefined;
    },

    async addresses() {
      const items = await queryAll(client, 'list the listeners', {
        TableName: table,
        KeyConditionExpression: 'kind = :kind',
        ExpressionAttributeValues: { ':kind': LISTENER },
      });
      return items.map((item) => String(item['value']));
    },

    async forget(address) {
      const command = new DeleteCommand({ TableName: table, Key: keyOf(address) });
      await request('forget a listener', client.send(command));
    },
  };
}
