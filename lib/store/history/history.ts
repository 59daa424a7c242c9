import { type DynamoDBDocumentClient, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { EntryChanges, HistoryEntry } from '#history/entry';
import { type Item, request } from '../requests/request.ts';
import { type Write, writeAll } from '../requests/write-all.ts';
import { entryFromItem, entryKey, historyItem } from './history-item.ts';

export interface HistoryStoreOptions {
  /** Entries are kept for so long after what they tell of. */
  readonly retentionSeconds: number;
}

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[];
  /** Where the next page begins; absent after the last. */
  readonly nextKey?: string;
}

/** What happened to the session of each client. */
export interface HistoryStore {
  /** Writes entries; again is as once. */
  append(entries: readonly HistoryEntry[]): Promise<void>;
  /** Writes and takes back, one change after the other; again is as once. */
  apply(changes: readonly EntryChanges[]): Promise<void>;
  /** Newest first. `startKey` is the `nextKey` of the page before. */
  list(
    clientId: string,
    options: { readonly limit: number; readonly startKey?: string },
  ): Promise<HistoryPage>;
}

/** @example createHistoryStore(client, names.history, { retentionSeconds: settings.historyRetentionSeconds }) */
export function createHistoryStore(
  client: DynamoDBDocumentClient,
  table: string,
  { retentionSeconds }: HistoryStoreOptions,
): HistoryStore {
  const itemOf = (entry: HistoryEntry) => historyItem(entry, Math.ceil(entry.atMs / 1000) + retentionSeconds);

  /** In parts that two functions write, in either order: who counts what was lost is not who tells of the end. */
  async function merge(item: Item, key: Item): Promise<void> {
    const attributes = Object.entries(item).filter(([name]) => !(name in key));
    const command = new UpdateCommand({
      TableName: table,
      Key: { ...key },
      UpdateExpression: `SET ${attributes.map((_, index) => `#${index} = :${index}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(attributes.map(([name], index) => [`#${index}`, name])),
      ExpressionAttributeValues: Object.fromEntries(
        attributes.map(([, value], index) => [`:${index}`, value]),
      ),
    });
    await request('write the history of a client', client.send(command));
  }

  async function apply(changes: readonly EntryChanges[]): Promise<void> {
    const latest = new Map<string, { readonly entry: HistoryEntry; readonly isRetracted: boolean }>();
    const note = (entry: HistoryEntry, isRetracted: boolean) =>
      latest.set(JSON.stringify(entryKey(entry)), { entry, isRetracted });
    for (const { entries, retracted } of changes) {
      for (const entry of retracted) note(entry, true);
      for (const entry of entries) note(entry, false);
    }
    const isMerged = ({ type }: HistoryEntry) => type === 'expired';
    const all = [...latest.values()];
    const writes = all
      .filter(({ entry, isRetracted }) => isRetracted || !isMerged(entry))
      .map(
        ({ entry, isRetracted }): Write =>
          isRetracted ? { remove: entryKey(entry) } : { put: itemOf(entry) },
      );
    await writeAll(client, table, 'write the history of clients', writes);
    for (const { entry, isRetracted } of all) {
      if (!isRetracted && isMerged(entry)) await merge(itemOf(entry), entryKey(entry));
    }
  }

  return {
    append: (entries) => apply([{ entries, retracted: [] }]),
    apply,

    async list(clientId, { limit, startKey }) {
      const command = new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'clientId = :client',
        ExpressionAttributeValues: { ':client': clientId },
        ScanIndexForward: false,
        Limit: limit,
        ...(startKey !== undefined && { ExclusiveStartKey: { clientId, entry: startKey } }),
      });
      const page = await request(`read the history of ${clientId}`, client.send(command));
      const next: unknown = page.LastEvaluatedKey?.['entry'];
      return {
        entries: (page.Items ?? []).map(entryFromItem),
        ...(typeof next === 'string' && { nextKey: next }),
      };
    },
  };
}
