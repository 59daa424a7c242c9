import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { shapeOf } from '#session/topics/shape';
import { transacted } from '../requests/cancellation.ts';
import { queryAll } from '../requests/query.ts';
import { conditional, type Item, request, untilUncontended } from '../requests/request.ts';
import { RecentValues } from './recent-values.ts';
import { SHAPE } from './route-item.ts';

/** Says how many shapes there are. */
const COUNT_KEY = { kind: 'shapeCount', value: 'shapes' };

/** `refused`: it would be one more than the maximum. */
export type EnsuredShape = 'existed' | 'added' | 'refused';

/** Shapes of filters. */
export interface Shapes {
  list(consistent: boolean): Promise<string[]>;
  /** Makes sure that the filter's shape is looked up. */
  ensure(filter: string): Promise<EnsuredShape>;
}

export interface ShapesLimit {
  readonly maximumShapes: number;
  /** Told each filter whose shape was not taken. */
  readonly onRefused: (filter: string) => void;
}

export interface ShapesOptions extends ShapesLimit {
  /** The clock, epoch milliseconds. */
  readonly clock: () => number;
}

/** A SUBSCRIBE has many filters of few shapes. */
const KNOWN_FOR_MS = 1_000;

/**
 * Invariant: there are at most as many shapes as their count says. Both are written together, so that any number of
 * adders at once do not pass the maximum.
 */
export function createShapes(
  client: DynamoDBDocumentClient,
  table: string,
  { maximumShapes, onRefused, clock }: ShapesOptions,
): Shapes {
  const known = new RecentValues<Promise<EnsuredShape>>({
    clock,
    forMs: KNOWN_FOR_MS,
    maximum: maximumShapes,
  });

  async function read(key: { readonly kind: string; readonly value: string }): Promise<Item | undefined> {
    const command = new GetCommand({ TableName: table, Key: key, ConsistentRead: true });
    return (await request(`read the ${key.kind} ${key.value}`, client.send(command))).Item;
  }

  async function list(consistent: boolean): Promise<string[]> {
    const items = await queryAll(client, 'list the shapes', {
      TableName: table,
      KeyConditionExpression: 'kind = :shape',
      ExpressionAttributeValues: { ':shape': SHAPE },
      ConsistentRead: consistent,
    });
    return items.map((item) => String(item['value']));
  }

  /** How many there are. Earlier versions kept no count: then they are counted. */
  async function count(): Promise<number> {
    const counted = (await read(COUNT_KEY))?.['shapes'];
    if (typeof counted === 'number') return counted;
    const command = new PutCommand({
      TableName: table,
      Item: { ...COUNT_KEY, shapes: (await list(true)).length },
      ConditionExpression: 'attribute_not_exists(kind)',
    });
    await conditional('count the shapes', client.send(command));
    return count();
  }

  async function add(shape: string): Promise<EnsuredShape | undefined> {
    const command = new TransactWriteCommand({
      TransactItems: [
        {
          Put: {
            TableName: table,
            Item: { kind: SHAPE, value: shape },
            ConditionExpression: 'attribute_not_exists(kind)',
          },
        },
        {
          Update: {
            TableName: table,
            Key: COUNT_KEY,
            UpdateExpression: 'ADD shapes :one',
            ConditionExpression: 'shapes < :maximum',
            ExpressionAttributeValues: { ':one': 1, ':maximum': maximumShapes },
          },
        },
      ],
    });
    const { outcome } = await transacted(`add the shape ${shape}`, client.send(command));
    if (outcome === 'done') return 'added';
    return outcome === 'conditionFailed' ? 'existed' : undefined;
  }

  async function ensureNow(shape: string): Promise<EnsuredShape> {
    const key = { kind: SHAPE, value: shape };
    if ((await read(key)) !== undefined) return 'existed';
    return untilUncontended(`add the shape ${shape}`, async () => {
      if ((await count()) < maximumShapes) return add(shape);
      // The last one may have been this very shape.
      return (await read(key)) === undefined ? 'refused' : 'existed';
    });
  }

  return {
    list,

    async ensure(filter) {
      const shape = shapeOf(filter);
      const asked = known.get(shape);
      if (asked !== undefined && (await asked) !== 'refused') return 'existed';
      const ensured = await known.set(shape, ensureNow(shape));
      if (ensured === 'refused') onRefused(filter);
      return ensured;
    },
  };
}
