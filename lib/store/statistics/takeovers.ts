import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { queryAll } from '../requests/query.ts';
import { conditional } from '../requests/request.ts';

/** Clients whose connection was taken over a short while ago. */
export interface TakeoverStore {
  /** Notes them, the first few of each minute; again is as once. */
  noteTakeovers(clientIds: readonly string[], atMs: number): Promise<void>;
  /** Those noted from that minute on, each once, newest minutes first. */
  takenOver(sinceMs: number): Promise<readonly string[]>;
}

const KIND = 'takenOver';
const MINUTE_MS = 60_000;
const KEPT_MS = 60 * MINUTE_MS;
/** So that the item stays a few write units, however many devices flap. */
const MOST_A_MINUTE = 50;

const minuteOf = (atMs: number) => new Date(Math.floor(atMs / MINUTE_MS) * MINUTE_MS).toISOString();

export function createTakeoverStore(client: DynamoDBDocumentClient, table: string): TakeoverStore {
  return {
    async noteTakeovers(clientIds, atMs) {
      if (clientIds.length === 0) return;
      const command = new UpdateCommand({
        TableName: table,
        Key: { kind: KIND, value: minuteOf(atMs) },
        UpdateExpression: 'ADD clients :clients SET expiresAt = :expiresAt',
        ConditionExpression: 'attribute_not_exists(clients) OR size(clients) < :most',
        ExpressionAttributeValues: {
          ':clients': new Set(clientIds.slice(0, MOST_A_MINUTE)),
          ':expiresAt': Math.ceil((atMs + KEPT_MS) / 1000),
          ':most': MOST_A_MINUTE,
        },
      });
      await conditional('note who was taken over', client.send(command));
    },

    async takenOver(sinceMs) {
      const items = await queryAll(client, 'read who was taken over', {
        TableName: table,
        KeyConditionExpression: 'kind = :kind AND #value >= :since',
        ExpressionAttributeNames: { '#value': 'value' },
        ExpressionAttributeValues: { ':kind': KIND, ':since': minuteOf(sinceMs) },
        ScanIndexForward: false,
      });
      const noted = items.flatMap(({ clients }) => [...(clients as ReadonlySet<string>)]);
      return [...new Set(noted)];
    },
  };
}
