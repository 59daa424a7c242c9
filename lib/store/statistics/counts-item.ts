import { createHash } from 'node:crypto';
import { type CounterChanges, GAUGES, type Gauge, type RecordedChanges, TOTALS } from '#history/counts';
import type { Item } from '../requests/request.ts';
import { changeExpiring, type Expiring, NONE_EXPIRING, readExpiring, writeExpiring } from './expiring.ts';

/** The counts are kept in this many parts, so that several batches can be counted at once. */
const SLICES = 4;
/** Records that a part remembers; a batch of 100 brings some 25 to each. */
const REMEMBERED_RECORDS = 96;
const RECORD_BYTES = 4;

export const COUNTS_KIND = 'counts';

/** A part of the counts. */
export interface CountsSlice {
  readonly slice: string;
  readonly revision: number;
  readonly totals: readonly number[];
  readonly gauges: readonly number[];
  readonly expiring: Expiring;
  /** The last records that were counted, oldest first. */
  readonly records: readonly string[];
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** All records of a client are counted in one part, so that one that comes again finds itself there. */
export function sliceOf(clientId: string): string {
  return String(digestOf(clientId).readUInt32BE() % SLICES);
}

export function emptySlice(slice: string): CountsSlice {
  return {
    slice,
    revision: 0,
    totals: TOTALS.map(() => 0),
    gauges: GAUGES.map(() => 0),
    expiring: NONE_EXPIRING,
    records: [],
  };
}

/** Bits of the record's name: two of the remembered ones are alike once in some fifty million records. */
const bitsOf = (recordId: string) => digestOf(recordId).toString('hex', 0, RECORD_BYTES);

function sums<Name extends string>(
  names: readonly Name[],
  before: readonly number[],
  added: readonly Readonly<Partial<Record<Name, number>>>[],
): number[] {
  return names.map((name, index) =>
    added.reduce((sum, changes) => sum + (changes[name] ?? 0), before[index] ?? 0),
  );
}

/** The part with those records that it has not counted yet; undefined when it has counted all of them. */
export function countInSlice(
  before: CountsSlice,
  recorded: readonly RecordedChanges[],
  nowMs: number,
): CountsSlice | undefined {
  const known = new Set(before.records);
  const added = new Map<string, CounterChanges>();
  for (const { recordId, changes } of recorded) {
    const bits = bitsOf(recordId);
    if (!known.has(bits)) added.set(bits, changes);
  }
  if (added.size === 0) return undefined;
  const changes = [...added.values()];
  return {
    slice: before.slice,
    revision: before.revision + 1,
    totals: sums(
      TOTALS,
      before.totals,
      changes.map(({ totals }) => totals),
    ),
    gauges: sums(
      GAUGES,
      before.gauges,
      changes.map(({ gauges }) => gauges),
    ),
    expiring: changeExpiring(
      before.expiring,
      changes.flatMap(({ expiring }) => expiring),
      nowMs,
    ),
    records: [...before.records, ...added.keys()].slice(-REMEMBERED_RECORDS),
  };
}

export function gaugeOf({ gauges }: CountsSlice, gauge: Gauge): number {
  return gauges[GAUGES.indexOf(gauge)] ?? 0;
}

/** Under 1 KB, one write unit, as long as its sessions end within some two hundred different hours or days. */
export function countsItem({ slice, revision, totals, gauges, expiring, records }: CountsSlice): Item {
  return {
    kind: COUNTS_KIND,
    value: slice,
    revision,
    totals,
    gauges,
    expiring: writeExpiring(expiring),
    records: Buffer.from(records.join(''), 'hex'),
  };
}

export function countsFromItem(item: Item): CountsSlice {
  const stored = item as unknown as Pick<CountsSlice, 'revision' | 'totals' | 'gauges'> & {
    readonly value: string;
    readonly expiring: Uint8Array;
    readonly records: Uint8Array;
  };
  const records = Buffer.from(stored.records).toString('hex');
  return {
    slice: stored.value,
    revision: stored.revision,
    totals: stored.totals,
    gauges: stored.gauges,
    expiring: readExpiring(stored.expiring),
    records: records.match(new RegExp(`.{${2 * RECORD_BYTES}}`, 'g')) ?? [],
  };
}
