import type { Item } from '../requests/request.ts';
import type { FoundMessage } from './message-item.ts';

/** Merges the shards of a log into one, by position. */
export async function* mergeByPosition(
  shards: readonly AsyncGenerator<Item, void, undefined>[],
  fromItem: (item: Item) => FoundMessage,
): AsyncGenerator<FoundMessage, void, undefined> {
  try {
    const firsts = await Promise.all(shards.map((shard) => take(shard, fromItem)));
    const heads = firsts.filter((head) => head !== undefined);
    while (heads.length > 0) {
      heads.sort((one, other) => (one.message.position < other.message.position ? -1 : 1));
      const [head] = heads;
      if (head === undefined) return;
      yield head.message;
      const next = await take(head.shard, fromItem);
      if (next === undefined) heads.shift();
      else heads[0] = next;
    }
  } finally {
    await Promise.all(shards.map((shard) => shard.return()));
  }
}

async function take(shard: AsyncGenerator<Item, void, undefined>, fromItem: (item: Item) => FoundMessage) {
  const { value } = await shard.next();
  return value === undefined ? undefined : { shard, message: fromItem(value) };
}
