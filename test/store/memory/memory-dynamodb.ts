import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { TABLE_DEFINITIONS } from '#store/table-definitions';
import type { TestTables } from '#test/store/dynamodb/tables';
import { type Attributes, meets, type Placeholders, updated } from './expressions.ts';
import { type AsOf, MemoryTable } from './memory-table.ts';

export interface MemoryDynamoDbOptions {
  /** Epoch milliseconds. */
  readonly clock?: () => number;
  /** How late indexes are, and reads that are not consistent, milliseconds. */
  readonly lagMs?: number;
}

/** The fields of all requests together; each kind has some of them. */
interface Input {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly Key: Attributes;
  readonly Item: Attributes;
  readonly ConsistentRead?: boolean;
  readonly ConditionExpression?: string;
  readonly KeyConditionExpression?: string;
  readonly UpdateExpression: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Attributes;
  readonly ReturnValues?: 'ALL_OLD';
  readonly Limit?: number;
  readonly ScanIndexForward?: boolean;
  readonly ExclusiveStartKey?: Attributes;
  readonly TransactItems: readonly {
    readonly Put?: Input;
    readonly Update?: Input;
    readonly ConditionCheck?: Input;
  }[];
  readonly RequestItems: Readonly<
    Record<string, { readonly Keys: readonly Attributes[]; readonly ConsistentRead?: boolean }>
  >;
}

interface BatchedWrite {
  readonly PutRequest?: { readonly Item: Attributes };
  readonly DeleteRequest?: { readonly Key: Attributes };
}

/** Bytes of the largest item. */
const MAXIMUM_ITEM_BYTES = 409_600;

/** DynamoDB as far as the stores of the packet edge use it, without a process: for thousands of runs. */
class MemoryDynamoDb {
  readonly #tables: ReadonlyMap<string, MemoryTable>;
  readonly #clock: () => number;
  readonly #lagMs: number;

  constructor({ clock = Date.now, lagMs = 0 }: MemoryDynamoDbOptions = {}) {
    this.#clock = clock;
    this.#lagMs = lagMs;
    this.#tables = new Map(
      Object.entries(TABLE_DEFINITIONS).map(([name, each]) => [name, new MemoryTable(each, lagMs)]),
    );
  }

  /** Takes what the stores send; the rest of a client is not there. */
  newClient(): DynamoDBDocumentClient {
    const send = async (command: { constructor: { name: string }; input: unknown }) =>
      this.#answer(command.constructor.name, command.input as Input);
    return { send, destroy: () => undefined } as unknown as DynamoDBDocumentClient;
  }

  #answer(command: string, input: Input): unknown {
    switch (command) {
      case 'GetCommand':
        return { Item: copy(this.#table(input).get(input.Key, this.#asOf(input))) };
      case 'BatchGetCommand':
        return this.#getMany(input);
      case 'QueryCommand':
        return this.#query(input);
      case 'PutCommand': {
        const before = this.#require(input, input.Item);
        this.#put(input);
        return input.ReturnValues === 'ALL_OLD' ? { Attributes: copy(before) } : {};
      }
      case 'DeleteCommand':
        this.#require(input, input.Key);
        this.#table(input).remove(input.Key, this.#clock());
        return {};
      case 'UpdateCommand': {
        this.#require(input, input.Key);
        this.#update(input);
        return {};
      }
      case 'BatchWriteCommand':
        return this.#writeMany(input);
      case 'TransactWriteCommand':
        return this.#transact(input);
      default:
        throw new Error(`${command} is not known here`);
    }
  }

  #table({ TableName }: Pick<Input, 'TableName'>): MemoryTable {
    const table = this.#tables.get(TableName);
    if (table === undefined) throw new Error(`There is no table ${TableName}`);
    return table;
  }

  #asOf({ ConsistentRead = false }: Pick<Input, 'ConsistentRead'>): AsOf {
    return ConsistentRead || this.#lagMs === 0 ? undefined : this.#clock() - this.#lagMs;
  }

  #put(input: Input): void {
    this.#table(input).put(copy(input.Item) ?? {}, this.#clock());
  }

  #update(input: Input): void {
    const item = { ...input.Key, ...this.#table(input).get(input.Key) };
    this.#put({ ...input, Item: updated(item, input.UpdateExpression, placeholdersOf(input)) });
  }

  /** The item as it stands, if it meets the condition. */
  #require(input: Input, key: Attributes): Attributes | undefined {
    refuseTooLarge(key);
    const item = this.#table(input).get(key);
    if (meets(item ?? {}, input.ConditionExpression, placeholdersOf(input))) return item;
    throw new ConditionalCheckFailedException({
      message: 'The conditional request failed',
      $metadata: {},
      ...(item !== undefined && { Item: marshall(item) }),
    });
  }

  #getMany({ RequestItems }: Input): unknown {
    const responses = Object.entries(RequestItems).map(([TableName, { Keys, ConsistentRead = false }]) => {
      const asOf = this.#asOf({ ConsistentRead });
      const found = Keys.map((key) => copy(this.#table({ TableName }).get(key, asOf)));
      return [TableName, found.filter((item) => item !== undefined)];
    });
    return { Responses: Object.fromEntries(responses) };
  }

  #writeMany({ RequestItems }: Input): unknown {
    for (const [TableName, writes] of Object.entries(RequestItems)) {
      for (const {
        PutRequest: put,
        DeleteRequest: removal,
      } of writes as unknown as readonly BatchedWrite[]) {
        if (put !== undefined) this.#put({ TableName, Item: put.Item } as Input);
        if (removal !== undefined) this.#table({ TableName }).remove(removal.Key, this.#clock());
      }
    }
    return {};
  }

  #query(input: Input): unknown {
    const table = this.#table(input);
    const { IndexName, Limit = Number.POSITIVE_INFINITY, ExclusiveStartKey: startKey } = input;
    const asOf = this.#asOf(input);
    const placeholders = placeholdersOf(input);
    const isAskedFor = (item: Attributes) => meets(item, input.KeyConditionExpression, placeholders);
    const ascending = table.query(isAskedFor, IndexName, asOf);
    const all = input.ScanIndexForward === false ? ascending.reverse() : ascending;
    const start = startKey === undefined ? 0 : all.findIndex((item) => table.isSameKey(item, startKey)) + 1;
    const page = all.slice(start, start + Limit);
    const last = page.at(-1);
    const isMore = start + page.length < all.length && last !== undefined;
    return {
      Items: page.map((item) => copy(IndexName === undefined ? item : table.startKeyOf(item, IndexName))),
      ...(isMore && { LastEvaluatedKey: table.startKeyOf(last, IndexName) }),
    };
  }

  #transact({ TransactItems }: Input): unknown {
    const reasons = TransactItems.map(({ Put: put, Update: update, ConditionCheck: check }) => {
      try {
        if (put !== undefined) this.#require(put, put.Item);
        if (update !== undefined) this.#require(update, update.Key);
        if (check !== undefined) this.#require(check, check.Key);
        return { Code: 'None' };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) return { Code: 'ValidationError' };
        return { Code: 'ConditionalCheckFailed', ...(error.Item && { Item: error.Item }) };
      }
    });
    if (reasons.some(({ Code }) => Code !== 'None')) {
      const message = 'Transaction cancelled';
      throw new TransactionCanceledException({ message, $metadata: {}, CancellationReasons: reasons });
    }
    for (const { Put: put, Update: update } of TransactItems) {
      if (put !== undefined) this.#put(put);
      if (update !== undefined) this.#update(update);
    }
    return {};
  }
}

/** The same as what `startTables` gives. */
export function memoryTables(options: MemoryDynamoDbOptions = {}): Omit<TestTables, 'endpoint'> {
  const dynamoDb = new MemoryDynamoDb(options);
  const names = Object.keys(TABLE_DEFINITIONS).map((name) => [name, name]);
  return {
    names: Object.fromEntries(names),
    newClient: () => dynamoDb.newClient(),
    stop: async () => undefined,
  };
}

function placeholdersOf(input: Input): Placeholders {
  return { names: input.ExpressionAttributeNames, values: input.ExpressionAttributeValues };
}

/** Nobody has the stored item itself in hands; what is undefined is not stored. */
function copy(item: Attributes | undefined): Attributes | undefined {
  if (item === undefined) return undefined;
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(item)) {
    if (value !== undefined) result[name] = copyOf(value);
  }
  return result;
}

function copyOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  return typeof value === 'object' && value !== null ? structuredClone(value) : value;
}

function refuseTooLarge(item: Attributes): void {
  let bytes = 0;
  for (const value of Object.values(item)) bytes += sizeOf(value);
  if (bytes <= MAXIMUM_ITEM_BYTES) return;
  throw Object.assign(new Error(`Item size of ${bytes} has exceeded the maximum`), {
    name: 'ValidationException',
  });
}

/** About what it weighs; only payloads can be large. */
function sizeOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.byteLength;
  return typeof value === 'string' ? value.length : 8;
}
