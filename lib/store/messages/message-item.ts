import { createHash } from 'node:crypto';
import type { LoggedMessage, UserProperty } from '#session/message';
import { timeOf } from '#session/position';
import { StoreItemError } from '../errors.ts';
import type { Item } from '../requests/request.ts';

/** The part of a filter's log; what follows the last `#` has none itself, so two filters never share a key. */
export function logKey(filter: string, shard: number): string {
  return `${filter}#${shard}`;
}

/**
 * Where the filter's stragglers lie once more, apart: whom they are owed at the lifecycle edge does not follow
 * from their position.
 */
export function stragglersKey(filter: string): string {
  return `${filter}#late`;
}

/** A message that was not appended at the time at which it was received. */
export function isStraggler({ position, receivedAtMs }: LoggedMessage): boolean {
  return timeOf(position) !== receivedAtMs;
}

/** The parts of the filter's log in which a message is put; of one that was read, `FoundMessage` says it. */
export function logsOf(filter: string, shards: number, message: LoggedMessage): readonly string[] {
  const inOrder = logKey(filter, shardOf(message.topic, shards));
  return isStraggler(message) ? [inOrder, stragglersKey(filter)] : [inOrder];
}

/** One topic always lies in one shard, so that its order does not depend on merging. */
function shardOf(topic: string, shards: number): number {
  if (shards <= 1) return 0;
  return createHash('sha256').update(topic).digest().readUInt32BE() % shards;
}

/** A message as it was read, and the part of a filter's log in which it lies. */
export interface FoundMessage extends LoggedMessage {
  readonly log: string;
}

interface MessageItem extends Omit<LoggedMessage, 'receivedAtMs' | 'userProperties'> {
  readonly log: string;
  /** Absent when it is the time of the position. */
  readonly receivedAtMs?: number;
  /** Name and value in turn. */
  readonly userProperties?: readonly string[];
  readonly expiresAt?: number;
}

/** The attributes of a logged message: 512 bytes with typical properties are one write unit. */
export function toItem(message: LoggedMessage, log: string, expiresAt: number | undefined): Item {
  const { receivedAtMs, userProperties, ...plain } = message;
  const item: MessageItem = {
    ...plain,
    log,
    ...(receivedAtMs === timeOf(message.position) ? {} : { receivedAtMs }),
    ...(userProperties === undefined || userProperties.length === 0
      ? {}
      : { userProperties: userProperties.flatMap(({ name, value }) => [name, value]) }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
  return { ...item };
}

/** A logged message from its item. */
export function fromItem(item: Item): FoundMessage {
  if (typeof item['position'] !== 'string' || !(item['payload'] instanceof Uint8Array)) {
    throw new StoreItemError(
      `An item of Messages has position and a binary payload, but this one has ${Object.keys(item).join(', ')}; remove it`,
    );
  }
  const { expiresAt: _expiresAt, ...stored } = item as unknown as MessageItem;
  const { receivedAtMs, userProperties, ...plain } = stored;
  const message: Omit<FoundMessage, 'userProperties'> = plain as never;
  return {
    ...message,
    receivedAtMs: receivedAtMs ?? timeOf(stored.position),
    ...(userProperties === undefined ? {} : { userProperties: pairs(userProperties) }),
  };
}

function pairs(flat: readonly string[]): UserProperty[] {
  const properties: UserProperty[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    properties.push({ name: flat[index] ?? '', value: flat[index + 1] ?? '' });
  }
  return properties;
}
