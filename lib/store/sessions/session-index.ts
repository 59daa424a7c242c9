import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type Part, type PartRead, readMerged } from '../requests/merged-parts.ts';
import { request } from '../requests/request.ts';
import { CLIENT_INDEX, CLIENT_SHARDS, STATUS_INDEX } from '../table-definitions.ts';
import { sortableSeconds } from './session-item.ts';

/** A client identifier as an index has it, and where what follows it begins. */
export interface ListedClient {
  readonly clientId: string;
  /** Handed in as `after`, the list goes on behind it. */
  readonly key: string;
  /** When the newest connection started or ended, epoch seconds; from `byStatus` alone. */
  readonly sinceSeconds?: number;
}

export interface ListedClients {
  readonly clients: readonly ListedClient[];
  /** Nothing follows. */
  readonly isLast: boolean;
}

interface Paged {
  /** The `key` of the one before the first; absent: from the beginning. */
  readonly after?: string | undefined;
  /** How many entries at most. */
  readonly most: number;
}

/** Order of the bytes of the UTF-8 form, in which DynamoDB sorts text. */
export const inBytes = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));

/** Lists of sessions, from indexes that are about a second late. What they cost does not depend on how many there are. */
export interface SessionIndex {
  /** In order of client identifiers, which begin with `prefix`. */
  byClientId(range: Paged & { readonly prefix?: string | undefined }): Promise<ListedClients>;
  /**
   * Connected sessions in order of the start of their connection, disconnected ones in order of their expiry; `from`
   * (inclusive) and `before` (exclusive) are epoch seconds of that.
   */
  byStatus(
    range: Paged & {
      readonly status: 'connected' | 'disconnected';
      readonly from?: number | undefined;
      readonly before?: number | undefined;
    },
  ): Promise<ListedClients>;
}

/** @example createSessionIndex(client, names.sessions) */
export function createSessionIndex(client: DynamoDBDocumentClient, table: string): SessionIndex {
  async function query(read: PartRead, range: Range): Promise<Part<Record<string, unknown>>> {
    const { sortKey, partition } = range;
    // At the earliest behind the one before, which BETWEEN would include.
    const low = read.after ?? range.low;
    const bounds = boundsOf(low, range.high, read.after !== undefined);
    const command = new QueryCommand({
      TableName: table,
      IndexName: range.indexName,
      KeyConditionExpression: `#partition = :partition${bounds.expression}`,
      ExpressionAttributeNames: {
        '#partition': partition.name,
        ...(bounds.expression === '' ? {} : { '#sort': sortKey }),
      },
      ExpressionAttributeValues: { ':partition': partition.value, ...bounds.values },
      Limit: read.limit,
    });
    const { Items, LastEvaluatedKey } = await request('list sessions', client.send(command));
    const items = (Items ?? []).filter((item) => item[sortKey] !== read.after);
    return { items, isLast: LastEvaluatedKey === undefined };
  }

  return {
    async byClientId({ prefix, after, most }) {
      const high = prefix === undefined ? undefined : behindPrefix(prefix);
      const { items, isLast } = await readMerged({
        parts: CLIENT_SHARDS,
        most,
        after,
        keyOf: (item) => String(item['clientId']),
        compare: inBytes,
        read: (read) =>
          query(read, {
            indexName: CLIENT_INDEX.indexName,
            partition: { name: CLIENT_INDEX.partitionKey.name, value: read.part },
            sortKey: CLIENT_INDEX.sortKey.name,
            low: prefix,
            high,
          }),
      });
      const listed = items.map((item) => String(item['clientId']));
      // BETWEEN includes its upper bound, behind which nothing is asked for.
      const within = listed.filter((clientId) => prefix === undefined || clientId.startsWith(prefix));
      return {
        clients: within.map((clientId) => ({ clientId, key: clientId })),
        isLast: isLast || within.length < listed.length,
      };
    },

    async byStatus({ status, from, before, after, most }) {
      const low = from === undefined ? undefined : sortableSeconds(from);
      const high = before === undefined ? undefined : sortableSeconds(before);
      const { items, isLast } = await readMerged({
        parts: CLIENT_SHARDS,
        most,
        after,
        keyOf: (item) => String(item['statusOrder']),
        compare: inBytes,
        read: (read) =>
          query(read, {
            indexName: STATUS_INDEX.indexName,
            partition: { name: STATUS_INDEX.partitionKey.name, value: `${status}#${read.part}` },
            sortKey: STATUS_INDEX.sortKey.name,
            low,
            high,
          }),
      });
      const clients = items.map((item) => {
        const key = String(item['statusOrder']);
        return { clientId: String(item['clientId']), key, sinceSeconds: sinceOf(key) };
      });
      return { clients, isLast };
    },
  };
}

interface Range {
  readonly indexName: string;
  readonly partition: { readonly name: string; readonly value: string | number };
  readonly sortKey: string;
  readonly low: string | undefined;
  readonly high: string | undefined;
}

function boundsOf(low: string | undefined, high: string | undefined, isBehind: boolean) {
  if (low !== undefined && high !== undefined) {
    // From a low that is not below the high nothing comes; DynamoDB refuses such a range.
    return inBytes(low, high) > 0
      ? { expression: ' AND #sort BETWEEN :high AND :high', values: { ':high': high } }
      : { expression: ' AND #sort BETWEEN :low AND :high', values: { ':low': low, ':high': high } };
  }
  if (low !== undefined) {
    return { expression: ` AND #sort ${isBehind ? '>' : '>='} :low`, values: { ':low': low } };
  }
  if (high !== undefined) return { expression: ' AND #sort < :high', values: { ':high': high } };
  return { expression: '', values: {} };
}

const SECONDS_CHARACTERS = sortableSeconds(0).length;

function sinceOf(statusOrder: string): number {
  return Number.parseInt(statusOrder.slice(SECONDS_CHARACTERS, 2 * SECONDS_CHARACTERS), 36);
}

const LAST_CHARACTER = 0x10_ffff;
const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;

/** The least text that is behind all that begins with the prefix; undefined: there is none. */
function behindPrefix(prefix: string): string | undefined {
  const characters = [...prefix];
  for (;;) {
    const last = characters.pop()?.codePointAt(0);
    if (last === undefined) return undefined;
    if (last === LAST_CHARACTER) continue;
    const next = last + 1 === FIRST_SURROGATE ? LAST_SURROGATE + 1 : last + 1;
    return characters.join('') + String.fromCodePoint(next);
  }
}
