export type StoredList = readonly unknown[];

/** Leaves out the nulls at the end. */
export function trimmed(list: unknown[]): StoredList {
  return list.slice(0, list.findLastIndex((value) => value !== null) + 1);
}
