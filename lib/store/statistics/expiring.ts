import type { ExpiryChange } from '#history/counts';
import { ByteReader, ByteWriter } from '../encoding/compact-bytes.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** In the order in which they are stored. */
const WIDTHS_MS = [MINUTE_MS, HOUR_MS, DAY_MS] as const;

type Width = (typeof WIDTHS_MS)[number];

/** The longer sessions wait, the coarser their end is kept, so that the counts of a fleet stay small. */
function widthOf(sessionExpiryInterval: number): Width {
  if (sessionExpiryInterval * 1000 <= HOUR_MS) return MINUTE_MS;
  return sessionExpiryInterval * 1000 <= 7 * DAY_MS ? HOUR_MS : DAY_MS;
}

/**
 * How many sessions end when: counts by minute, hour and day. What has passed is one count, since TTL may take days
 * to remove it.
 */
export interface Expiring {
  /** What ended before `passedUpToMs`, and is not removed. */
  readonly passed: number;
  readonly passedUpToMs: number;
  /** By width, the number of the minute, hour or day since 1970, and the sessions that end in it. */
  readonly buckets: ReadonlyMap<Width, ReadonlyMap<number, number>>;
}

export const NONE_EXPIRING: Expiring = { passed: 0, passedUpToMs: 0, buckets: new Map() };

/** The counts after some changes, with what has passed by now joined. */
export function changeExpiring(
  { passed, passedUpToMs, buckets }: Expiring,
  changes: readonly ExpiryChange[],
  nowMs: number,
): Expiring {
  const upToMs = Math.max(passedUpToMs, nowMs);
  let gone = passed;
  const next = new Map<Width, Map<number, number>>();
  const add = (width: Width, bucket: number, count: number) => {
    if ((bucket + 1) * width <= upToMs) {
      gone += count;
      return;
    }
    const counts = next.get(width) ?? new Map<number, number>();
    next.set(width, counts.set(bucket, (counts.get(bucket) ?? 0) + count));
  };
  for (const [width, counts] of buckets) {
    for (const [bucket, count] of counts) add(width, bucket, count);
  }
  for (const { endsAtMs, sessionExpiryInterval, count } of changes) {
    const width = widthOf(sessionExpiryInterval);
    add(width, Math.floor(endsAtMs / width), count);
  }
  return { passed: gone, passedUpToMs: upToMs, buckets: next };
}

/** How many end before a time; of the bucket in which it lies, the part that has passed then. */
export function endingBefore({ passed, buckets }: Expiring, atMs: number): number {
  let sum = passed;
  for (const [width, counts] of buckets) {
    for (const [bucket, count] of counts) {
      sum += count * Math.min(Math.max((atMs - bucket * width) / width, 0), 1);
    }
  }
  return sum;
}

export function writeExpiring({ passed, passedUpToMs, buckets }: Expiring): Uint8Array {
  const writer = new ByteWriter();
  writer.difference(passed);
  writer.number(passedUpToMs);
  for (const width of WIDTHS_MS) {
    const counts = [...(buckets.get(width) ?? [])].filter(([, count]) => count !== 0);
    writer.number(counts.length);
    let before = 0;
    for (const [bucket, count] of counts.sort(([one], [other]) => one - other)) {
      writer.number(bucket - before);
      writer.difference(count);
      before = bucket;
    }
  }
  return writer.written();
}

export function readExpiring(bytes: Uint8Array): Expiring {
  const reader = new ByteReader(bytes);
  const passed = reader.difference();
  const passedUpToMs = reader.number();
  const buckets = new Map<Width, Map<number, number>>();
  for (const width of WIDTHS_MS) {
    const counts = new Map<number, number>();
    let bucket = 0;
    for (let left = reader.number(); left > 0; left -= 1) {
      bucket += reader.number();
      counts.set(bucket, reader.difference());
    }
    buckets.set(width, counts);
  }
  return { passed, passedUpToMs, buckets };
}
