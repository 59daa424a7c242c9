import type { Item } from './request.ts';

export interface PartRead {
  readonly part: number;
  /** The sort key behind which it begins; absent: at the beginning. */
  readonly after: string | undefined;
  readonly limit: number;
}

export interface Part<Each> {
  readonly items: readonly Each[];
  readonly isLast: boolean;
}

export interface MergedRead {
  readonly parts: number;
  readonly most: number;
  readonly after: string | undefined;
  readonly keyOf: (item: Item) => string;
  readonly compare: (one: string, other: string) => number;
  readonly read: (read: PartRead) => Promise<Part<Item>>;
}

/** Beyond its even share of a page, so that one read of each part is nearly always enough. */
const SPARE = 6;

interface Head {
  readonly part: number;
  items: readonly Item[];
  next: number;
  isLast: boolean;
}

/** The first items of a list that lies in several parts, each in order. */
export async function readMerged(merged: MergedRead): Promise<Part<Item>> {
  const { parts, most, after, keyOf, compare, read } = merged;
  const limit = Math.ceil(most / parts) + SPARE;
  const open = async (part: number, from: string | undefined): Promise<Head> => {
    const { items, isLast } = await read({ part, after: from, limit });
    return { part, items, next: 0, isLast };
  };
  const heads = await Promise.all(Array.from({ length: parts }, (_, part) => open(part, after)));
  const taken: Item[] = [];
  while (taken.length < most) {
    for (const head of heads) {
      if (head.next < head.items.length || head.isLast) continue;
      const last = head.items.at(-1);
      Object.assign(head, await open(head.part, last === undefined ? after : keyOf(last)));
    }
    const first = firstOf(heads, keyOf, compare);
    const item = first?.items[first.next];
    if (first === undefined || item === undefined) return { items: taken, isLast: true };
    taken.push(item);
    first.next += 1;
  }
  const next = firstOf(heads, keyOf, compare);
  const nextKey = next && keyOf(next.items[next.next] ?? {});
  const before = taken.filter((item) => keyOf(item) !== nextKey);
  // A page does not end within a run of the same key, where the next one could not begin.
  const items = before.length > 0 ? before : taken;
  const isLast = nextKey === undefined && heads.every((head) => head.isLast);
  return { items, isLast };
}

function firstOf(heads: readonly Head[], keyOf: MergedRead['keyOf'], compare: MergedRead['compare']) {
  let first: { readonly head: Head; readonly key: string } | undefined;
  for (const head of heads) {
    const item = head.items[head.next];
    if (item === undefined) continue;
    const key = keyOf(item);
    if (first === undefined || compare(key, first.key) < 0) first = { head, key };
  }
  return first?.head;
}
