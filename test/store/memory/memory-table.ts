import type { TableDefinition } from '#store/table-definitions';
import type { Attributes } from './expressions.ts';

interface Version {
  readonly atMs: number;
  /** Undefined: removed. */
  readonly item: Attributes | undefined;
}

/** When a read takes place: undefined sees all that was written, else only what was by then. */
export type AsOf = number | undefined;

/** The items of one table, each with its last versions, so that a read can see what is no longer true. */
export class MemoryTable {
  readonly #definition: TableDefinition;
  readonly #lagMs: number;
  readonly #items = new Map<string, Version[]>();

  constructor(definition: TableDefinition, lagMs: number) {
    this.#definition = definition;
    this.#lagMs = lagMs;
  }

  get(key: Attributes, asOf?: AsOf): Attributes | undefined {
    return visible(this.#items.get(this.#keyOf(key)) ?? [], asOf);
  }

  put(item: Attributes, nowMs: number): void {
    this.#write(this.#keyOf(item), item, nowMs);
  }

  remove(key: Attributes, nowMs: number): void {
    this.#write(this.#keyOf(key), undefined, nowMs);
  }

  /**
   * What is asked for, in the order of the sort key, of the table or an index; an item without its keys is in no
   * index.
   */
  query(isAskedFor: (item: Attributes) => boolean, indexName: string | undefined, asOf: AsOf): Attributes[] {
    const index = this.#definition.indexes.find((each) => each.indexName === indexName);
    const { partitionKey, sortKey } = index ?? this.#definition;
    const found: { readonly order: string; readonly item: Attributes }[] = [];
    for (const [key, versions] of this.#items) {
      const item = visible(versions, asOf);
      if (item?.[partitionKey.name] === undefined || !isAskedFor(item)) continue;
      const order = sortKey === undefined ? key : `${String(item[sortKey.name])}\u0000${key}`;
      found.push({ order, item });
    }
    found.sort((one, other) => (one.order < other.order ? -1 : 1));
    return found.map(({ item }) => item);
  }

  /** The key of the table, and of the index, alone: where a query goes on. */
  startKeyOf(item: Attributes, indexName: string | undefined): Attributes {
    const index = this.#definition.indexes.find((each) => each.indexName === indexName);
    const keys = [this.#definition, ...(index === undefined ? [] : [index])].flatMap(
      ({ partitionKey, sortKey }) => [partitionKey, ...(sortKey === undefined ? [] : [sortKey])],
    );
    return Object.fromEntries(keys.map(({ name }) => [name, item[name]]));
  }

  isSameKey(one: Attributes, other: Attributes): boolean {
    return this.#keyOf(one) === this.#keyOf(other);
  }

  #keyOf(item: Attributes): string {
    const { partitionKey, sortKey } = this.#definition;
    const partition = String(item[partitionKey.name]);
    return sortKey === undefined ? partition : `${partition}\u0000${String(item[sortKey.name])}`;
  }

  #write(key: string, item: Attributes | undefined, nowMs: number): void {
    const versions = this.#items.get(key) ?? [];
    // One that was there before any read that lags can look is enough.
    const needed = versions.findLastIndex(({ atMs }) => atMs <= nowMs - this.#lagMs);
    this.#items.set(key, [...versions.slice(Math.max(needed, 0)), { atMs: nowMs, item }]);
  }
}

function visible(versions: readonly Version[], asOf: AsOf): Attributes | undefined {
  if (asOf === undefined) return versions.at(-1)?.item;
  return versions.findLast(({ atMs }) => atMs <= asOf)?.item;
}
