import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Counts, type RecordedChanges, TOTALS, type Total, type Totals } from '#history/counts';
import { queryAll } from '../requests/query.ts';
import { conditional, request, untilUncontended } from '../requests/request.ts';
import { revisionPut } from '../requests/revision-put.ts';
import {
  COUNTS_KIND,
  type CountsSlice,
  countInSlice,
  countsFromItem,
  countsItem,
  emptySlice,
  gaugeOf,
  sliceOf,
} from './counts-item.ts';
import { endingBefore } from './expiring.ts';

const HOUR_MS = 3_600_000;

/** Counts of the whole service. */
export interface CountsStore {
  /** Counts what records of the stream changed: each record once, however often and with whichever others it comes. */
  add(recorded: readonly RecordedChanges[]): Promise<void>;
  read(nowMs: number): Promise<Counts>;
}

/** @example createCountsStore(client, names.statistics, { clock: Date.now }) */
export function createCountsStore(
  client: DynamoDBDocumentClient,
  table: string,
  { clock }: { readonly clock: () => number },
): CountsStore {
  const doing = 'count what happened';

  async function readSlice(slice: string): Promise<CountsSlice> {
    const command = new GetCommand({ TableName: table, Key: { kind: COUNTS_KIND, value: slice } });
    const { Item } = await request(doing, client.send(command));
    return Item === undefined ? emptySlice(slice) : countsFromItem(Item);
  }

  async function addToSlice(slice: string, recorded: readonly RecordedChanges[]): Promise<void> {
    let before = await readSlice(slice);
    await untilUncontended(doing, async () => {
      const next = countInSlice(before, recorded, clock());
      if (next === undefined) return true;
      const expectedRevision = before.revision === 0 ? undefined : before.revision;
      const command = new PutCommand(revisionPut(table, 'kind', countsItem(next), expectedRevision));
      const put = await conditional(doing, client.send(command));
      if (put.met) return true;
      // Another batch was counted meanwhile, or this one: its answer was lost.
      before = put.item === undefined ? emptySlice(slice) : countsFromItem(put.item);
      return undefined;
    });
  }

  return {
    async add(recorded) {
      const bySlice = new Map<string, RecordedChanges[]>();
      for (const each of recorded) {
        const slice = sliceOf(each.clientId);
        bySlice.set(slice, [...(bySlice.get(slice) ?? []), each]);
      }
      await Promise.all([...bySlice].map(([slice, changes]) => addToSlice(slice, changes)));
    },

    async read(nowMs) {
      const items = await queryAll(client, 'read the counts', {
        TableName: table,
        KeyConditionExpression: 'kind = :kind',
        ExpressionAttributeValues: { ':kind': COUNTS_KIND },
      });
      return countsOf(items.map(countsFromItem), nowMs);
    },
  };
}

function countsOf(slices: readonly CountsSlice[], nowMs: number): Counts {
  const sum = (of: (slice: CountsSlice) => number) => slices.reduce((total, each) => total + of(each), 0);
  const ending = (atMs: number) =>
    Math.max(0, Math.round(sum(({ expiring }) => endingBefore(expiring, atMs))));
  const expired = ending(nowMs);
  const totals = TOTALS.map((name, index): [Total, number] => [
    name,
    sum((slice) => slice.totals[index] ?? 0),
  ]);
  return {
    totals: Object.fromEntries(totals) as Totals,
    connected: Math.max(
      0,
      sum((slice) => gaugeOf(slice, 'connected')),
    ),
    disconnected: Math.max(0, sum((slice) => gaugeOf(slice, 'disconnected')) - expired),
    expiredNotRemoved: expired,
    expiring: {
      withinHour: Math.max(0, ending(nowMs + HOUR_MS) - expired),
      withinDay: Math.max(0, ending(nowMs + 24 * HOUR_MS) - expired),
    },
  };
}
