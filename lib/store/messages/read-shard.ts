import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { behind, type Position, positionAt } from '#session/position';
import { type Item, request } from '../requests/request.ts';

export interface ShardRead {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly log: string;
  readonly from: Position;
  readonly upTo: Position;
  /** An item appended from then on may be too young for every replica to have it. */
  readonly consistentFromMs: number;
  readonly limit?: number;
  readonly pageBytes?: number;
  /**
   * The first page is read consistently whatever its age, so that one query suffices where there is little or
   * nothing; what lies behind it as above.
   */
  readonly beginConsistently?: boolean;
}

interface Page {
  readonly items: readonly Item[];
  readonly nextKey: Item | undefined;
}

/** What a message is taken to be until the first page has shown it. */
const EXPECTED_ITEM_BYTES = 1_024;

/** The items of one shard in order; the next page is fetched while the one before is being used. */
export async function* readShard(read: ShardRead): AsyncGenerator<Item, void, undefined> {
  const consistentFrom = positionAt(read.consistentFromMs);
  if (read.beginConsistently === true) {
    const { items, nextKey } = await fetchPage(read, read, true, EXPECTED_ITEM_BYTES);
    yield* items;
    const last = items.at(-1)?.['position'];
    if (nextKey === undefined || typeof last !== 'string') return;
    yield* readShard({ ...read, from: behind(last), beginConsistently: false });
    return;
  }
  if (read.upTo <= consistentFrom || read.from >= consistentFrom) {
    yield* readRange(read, read.from, read.upTo, read.from >= consistentFrom);
    return;
  }
  yield* readRange(read, read.from, consistentFrom, false);
  yield* readRange(read, consistentFrom, read.upTo, true);
}

async function fetchPage(
  read: ShardRead,
  { from, upTo }: Pick<ShardRead, 'from' | 'upTo'>,
  consistent: boolean,
  itemBytes: number,
  startKey?: Item,
): Promise<Page> {
  const byBytes = Math.ceil((read.pageBytes ?? Number.POSITIVE_INFINITY) / itemBytes);
  const most = Math.max(1, Math.min(byBytes, read.limit ?? Number.POSITIVE_INFINITY));
  const command = new QueryCommand({
    TableName: read.table,
    KeyConditionExpression: '#log = :log AND #position BETWEEN :from AND :upTo',
    ExpressionAttributeNames: { '#log': 'log', '#position': 'position' },
    ExpressionAttributeValues: { ':log': read.log, ':from': from, ':upTo': upTo },
    ConsistentRead: consistent,
    ...(Number.isFinite(most) ? { Limit: most } : {}),
    ...(startKey === undefined ? {} : { ExclusiveStartKey: { ...startKey } }),
  });
  const { Items, LastEvaluatedKey } = await request(`read the log ${read.log}`, read.client.send(command));
  // BETWEEN includes its upper bound.
  const items = (Items ?? []).filter((item) => item['position'] !== upTo);
  return { items, nextKey: LastEvaluatedKey };
}

async function* readRange(read: ShardRead, from: Position, upTo: Position, consistent: boolean) {
  if (from >= upTo) return;
  let itemBytes = EXPECTED_ITEM_BYTES;

  async function fetch(startKey: Item | undefined): Promise<Page> {
    const page = await fetchPage(read, { from, upTo }, consistent, itemBytes, startKey);
    const { items } = page;
    if (items.length > 0)
      itemBytes = Math.max(1, items.reduce((sum, item) => sum + bytesOf(item), 0) / items.length);
    return page;
  }

  let page = await fetch(undefined);
  for (;;) {
    const next = page.nextKey === undefined ? undefined : fetch(page.nextKey);
    // It may fail while nobody waits for it yet; whoever takes it gets to know.
    next?.catch(() => undefined);
    yield* page.items;
    if (next === undefined) return;
    page = await next;
  }
}

function bytesOf(item: Item): number {
  const payload = item['payload'];
  return 200 + (payload instanceof Uint8Array ? payload.byteLength : 0);
}
