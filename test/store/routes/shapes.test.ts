import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { SHAPE } from '#store/routes/route-item';
import { createRouteStore } from '#store/routes/routes';
import { observed } from '../dynamodb/observed.ts';
import { useTables } from '../dynamodb/started-tables.ts';
import { memoryTables } from '../memory/memory-dynamodb.ts';

const tables = useTables();
const once = { retainSeconds: 60, shards: 1 };
const NOW_MS = 1_795_000_000_000;

const storeOn = (
  client: DynamoDBDocumentClient,
  table: string,
  maximumShapes: number,
  onRefused?: (filter: string) => void,
) => createRouteStore(client, table, { clock: () => NOW_MS, maximumShapes, ...(onRefused && { onRefused }) });

/** A filter of a shape that no smaller number has. */
const filterOf = (levels: number) => `${'a/'.repeat(levels)}+`;
const timesOf = (outcomes: readonly string[], outcome: string) =>
  outcomes.filter((each) => each === outcome).length;

/** A table of its own. */
function started() {
  const { names, newClient } = memoryTables();
  const client = newClient();
  const withMaximum = (maximumShapes: number) => storeOn(client, names.routes, maximumShapes);
  return { client, table: names.routes, withMaximum };
}

describe('shapes', () => {
  it('are never more than the maximum, however many add some at once', async () => {
    const refused: string[] = [];
    const stores = Array.from({ length: 4 }, () =>
      storeOn(tables().newClient(), tables().names.routes, 5, (filter) => refused.push(filter)),
    );
    const outcomes = await Promise.all(
      stores.flatMap((store, index) =>
        [0, 1, 2, 3].map((each) => store.ensure({ filter: filterOf(4 * index + each), ...once })),
      ),
    );
    expect(timesOf(outcomes, 'created')).toBe(5);
    expect(timesOf(outcomes, 'refused')).toBe(11);
    expect(await stores[0]?.shapes({ consistent: true })).toHaveLength(5);
    expect(new Set(refused).size).toBe(11);
  });

  it('count once when many add the same one at once', async () => {
    const { withMaximum } = started();
    const store = withMaximum(2);
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => store.ensureShape('a/+')));
    expect([timesOf(outcomes, 'added'), timesOf(outcomes, 'existed')]).toEqual([1, 5]);
    expect(await store.ensureShape('a/b/+')).toBe('added');
  });

  it('that are there take any number of filters, also when there are as many as may be', async () => {
    const store = started().withMaximum(1);
    expect(await store.ensure({ filter: 'a/+', ...once })).toBe('created');
    expect(await store.ensure({ filter: 'b/+', ...once })).toBe('created');
    expect(await store.ensureShape('c/+')).toBe('existed');
  });

  it('are read once for many filters of one of them', async () => {
    const { routes } = tables().names;
    const client = tables().newClient();
    await storeOn(tables().newClient(), routes, 99).ensureShape('a/+/b/#');
    const store = storeOn(client, routes, 99);
    const filters = ['c/+/b/#', 'd/+/b/#', 'e/+/b/#'];
    const { requests } = await observed(client)(async () => {
      const outcomes = await Promise.all(filters.map((filter) => store.ensureShape(filter)));
      expect(outcomes).toEqual(['existed', 'existed', 'existed']);
    });
    expect(requests).toHaveLength(1);
  });

  it('that are refused leave no route, until the maximum is raised', async () => {
    const { withMaximum } = started();
    await withMaximum(1).ensureShape('a/+');
    expect(await withMaximum(1).ensure({ filter: '+/a', ...once })).toBe('refused');
    expect(await withMaximum(1).get('+/a')).toBeUndefined();
    expect(await withMaximum(1).shapes()).toEqual(['l/+']);
    expect(await withMaximum(2).ensure({ filter: '+/a', ...once })).toBe('created');
  });

  it('of a version that kept no count are counted', async () => {
    const { client, table, withMaximum } = started();
    const items = ['l', 'l/l'].map((value) => ({ PutRequest: { Item: { kind: SHAPE, value } } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [table]: items } }));
    const store = withMaximum(3);
    expect(await store.ensureShape('a/+')).toBe('added');
    expect(await store.ensureShape('a/b/+')).toBe('refused');
  });
});
