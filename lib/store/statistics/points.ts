import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Totals } from '#history/counts';
import { queryAll } from '../requests/query.ts';
import type { Item } from '../requests/request.ts';
import { type Write, writeAll } from '../requests/write-all.ts';

/** What was counted at one time. */
export interface StatisticsPoint {
  readonly atMs: number;
  readonly connected: number;
  readonly disconnected: number;
  /** Messages that waited. */
  readonly waiting: number;
  /** Since the service began to count: the difference of two points is what happened between them. */
  readonly totals: Totals;
}

/** Counts over time, for charts. */
export interface PointStore {
  /** Keeps a point; another one of the same minute takes its place. */
  putPoint(point: StatisticsPoint): Promise<void>;
  /** Oldest first: one a minute of up to six hours, one in ten minutes of a longer time. */
  points(fromMs: number, toMs: number): Promise<StatisticsPoint[]>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const FINE_SPAN_MS = 6 * HOUR_MS;

interface Resolution {
  readonly kind: string;
  readonly stepMs: number;
  readonly keptMs: number;
}

const FINE: Resolution = { kind: 'point', stepMs: MINUTE_MS, keptMs: 25 * HOUR_MS };
const COARSE: Resolution = { kind: 'pointOfTenMinutes', stepMs: 10 * MINUTE_MS, keptMs: 8 * 24 * HOUR_MS };

const sortable = (atMs: number) => new Date(Math.max(0, atMs)).toISOString();

export function createPointStore(client: DynamoDBDocumentClient, table: string): PointStore {
  return {
    async putPoint(point) {
      const put = ({ kind, stepMs, keptMs }: Resolution): Write => {
        const value = sortable(Math.floor(point.atMs / stepMs) * stepMs);
        return { put: { ...point, kind, value, expiresAt: Math.ceil((point.atMs + keptMs) / 1000) } };
      };
      await writeAll(client, table, 'keep a point of the statistics', [put(FINE), put(COARSE)]);
    },

    async points(fromMs, toMs) {
      const { kind, stepMs } = toMs - fromMs <= FINE_SPAN_MS ? FINE : COARSE;
      const items = await queryAll(client, 'read points of the statistics', {
        TableName: table,
        KeyConditionExpression: 'kind = :kind AND #value BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#value': 'value' },
        ExpressionAttributeValues: {
          ':kind': kind,
          ':from': sortable(Math.floor(fromMs / stepMs) * stepMs),
          ':to': sortable(toMs),
        },
      });
      return items.map(pointFromItem);
    },
  };
}

function pointFromItem(item: Item): StatisticsPoint {
  const { kind: _, value: __, expiresAt: ___, ...point } = item;
  return point as unknown as StatisticsPoint;
}
