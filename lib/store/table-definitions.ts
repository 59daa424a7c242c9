/** A key attribute: its name and its DynamoDB type. */
export interface KeyAttribute {
  readonly name: string;
  readonly type: 'S' | 'N';
}

export interface IndexDefinition {
  readonly indexName: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute;
  /** Nothing else is projected, so writes that change no key leave the index alone. */
  readonly projectionType: 'KEYS_ONLY';
}

export interface TableDefinition {
  readonly partitionKey: KeyAttribute;
  readonly sortKey?: KeyAttribute;
  readonly indexes: readonly IndexDefinition[];
  /** NEW_AND_OLD_IMAGES: the old image is all that is left of an item that TTL removed. */
  readonly stream?: true;
}

/** The TTL attribute of every table, epoch seconds. */
export const TIME_TO_LIVE_ATTRIBUTE = 'expiresAt';

/** Parts of each list of clients, so that no partition holds all of them. A client is in the same part of each. */
export const CLIENT_SHARDS = 8;

/** Operators' lists: sessions of one status, by expiry, connection start or end; in CLIENT_SHARDS parts. */
export const STATUS_INDEX = {
  indexName: 'byStatus',
  partitionKey: { name: 'statusShard', type: 'S' },
  sortKey: { name: 'statusOrder', type: 'S' },
  projectionType: 'KEYS_ONLY',
} as const satisfies IndexDefinition;

/**
 * Operators' lists by the beginning of a client identifier, in CLIENT_SHARDS parts. Its keys stay for as long as
 * the item does, so it is written once a life of the item.
 */
export const CLIENT_INDEX = {
  indexName: 'byClientId',
  partitionKey: { name: 'shard', type: 'N' },
  sortKey: { name: 'clientId', type: 'S' },
  projectionType: 'KEYS_ONLY',
} as const satisfies IndexDefinition;

/**
 * Subscribers of one filter as it is routed, without `$share/<share name>/`. The attribute is absent once
 * unsubscribed, so the index holds live subscriptions only.
 */
export const FILTER_INDEX = {
  indexName: 'byFilter',
  partitionKey: { name: 'routedFilter', type: 'S' },
  sortKey: { name: 'clientId', type: 'S' },
  projectionType: 'KEYS_ONLY',
} as const satisfies IndexDefinition;

/** Keys and indexes of the tables; the stack and the tests create them from here. */
export const TABLE_DEFINITIONS = {
  sessions: {
    partitionKey: { name: 'clientId', type: 'S' },
    indexes: [STATUS_INDEX, CLIENT_INDEX],
    stream: true,
  },
  subscriptions: {
    partitionKey: { name: 'clientId', type: 'S' },
    sortKey: { name: 'filter', type: 'S' },
    indexes: [FILTER_INDEX],
  },
  routes: {
    partitionKey: { name: 'kind', type: 'S' },
    sortKey: { name: 'value', type: 'S' },
    indexes: [],
  },
  messages: {
    partitionKey: { name: 'log', type: 'S' },
    sortKey: { name: 'position', type: 'S' },
    indexes: [],
  },
  inflight: { partitionKey: { name: 'clientId', type: 'S' }, indexes: [] },
  history: {
    partitionKey: { name: 'clientId', type: 'S' },
    sortKey: { name: 'entry', type: 'S' },
    indexes: [],
  },
  statistics: {
    partitionKey: { name: 'kind', type: 'S' },
    sortKey: { name: 'value', type: 'S' },
    indexes: [],
  },
} as const satisfies Record<string, TableDefinition>;
