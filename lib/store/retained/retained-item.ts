import type { Message } from '#session/message';
import { StoreItemError } from '../errors.ts';
import { fromItem as messageFromItem, toItem as messageToItem } from '../messages/message-item.ts';
import type { Item } from '../requests/request.ts';

/** In no topic and no log of a filter: `+` with something that is no number behind the `#`. */
export const FIRST_LEVELS_LOG = '+#retained';

/** How long it is remembered that a topic has no retained message, so that a late write does not bring one back. */
const REMEMBERED_SECONDS = 60 * 60;

export function firstLevelOf(topic: string): string {
  const [first = ''] = topic.split('/');
  return first;
}

/** Retained messages with one first level lie together, by topic. */
export function retainedLogOf(firstLevel: string): string {
  return `${firstLevel}#retained`;
}

/** The key of a topic's retained message. */
export function keyOf(topic: string) {
  return { log: retainedLogOf(firstLevelOf(topic)), position: topic };
}

/** The key that says that a first level is in use; a key is never empty, though a level may be. */
export function firstLevelKey(firstLevel: string) {
  return { log: FIRST_LEVELS_LOG, position: `${firstLevel}/` };
}

export function firstLevelFromItem(item: Item): string {
  return String(item['position']).slice(0, -1);
}

export function toItem(message: Message): Item {
  const { log, position } = keyOf(message.topic);
  const { receivedAtMs, messageExpiryInterval } = message;
  const expiresAt =
    messageExpiryInterval === undefined ? undefined : Math.ceil(receivedAtMs / 1000) + messageExpiryInterval;
  // Its position is not a time, so the receive time is always there.
  return { ...messageToItem({ ...message, position }, log, expiresAt), receivedAtMs };
}

/** The memory that the retained message of a topic was removed. */
export function removedItem(topic: string, atMs: number): Item {
  return { ...keyOf(topic), receivedAtMs: atMs, expiresAt: Math.ceil(atMs / 1000) + REMEMBERED_SECONDS };
}

/** Undefined for the memory of a removal. */
export function fromItem(item: Item): Message | undefined {
  if (item['payload'] === undefined) return undefined;
  if (typeof item['receivedAtMs'] !== 'number') {
    throw new StoreItemError(
      `A retained message has receivedAtMs, but this one has ${Object.keys(item).join(', ')}; remove it`,
    );
  }
  const { log: _log, position: _position, ...message } = messageFromItem(item);
  return message;
}
