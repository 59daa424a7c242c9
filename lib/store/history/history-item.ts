import { createHash } from 'node:crypto';
import type { EntryType, HistoryEntry } from '#history/entry';
import { positionAt, TIME_CHARACTERS, timeOf } from '#session/position';
import { StoreItemError } from '../errors.ts';
import type { Item } from '../requests/request.ts';

/**
 * Of what happens at one time: the life that ends for the next one before that begins, a connection before its
 * own end, that before the end of the life that it ends.
 */
const ORDER: Readonly<Record<EntryType, string>> = {
  expired: '1',
  ended: '1',
  started: '2',
  resumed: '2',
  takenOver: '2',
  disconnected: '3',
  intervalChanged: '5',
  delivered: '6',
  dropped: '7',
  operator: '8',
};
const ENDED_ON_ITS_CONNECTION = '4';

const ID_BYTES = 9;

function orderOf(entry: HistoryEntry): string {
  const isOfConnection = entry.type === 'ended' && entry.byNext !== true;
  return isOfConnection ? ENDED_ON_ITS_CONNECTION : ORDER[entry.type];
}

/** Time, order within it, type and bits of the id: entries of a client sort as they happened. */
export function entryKey(entry: HistoryEntry): Item {
  const time = positionAt(entry.atMs).slice(0, TIME_CHARACTERS);
  const bits = createHash('sha256').update(entry.id).digest().subarray(0, ID_BYTES).toString('base64url');
  return { clientId: entry.clientId, entry: `${time}${orderOf(entry)}${bits}#${entry.type}` };
}

/** @param expiresAt epoch seconds, for TTL */
export function historyItem(entry: HistoryEntry, expiresAt: number): Item {
  const { clientId: _, atMs: __, ...details } = entry;
  return { ...details, ...entryKey(entry), expiresAt };
}

/** An entry from its item. */
export function entryFromItem(item: Item): HistoryEntry {
  const { clientId, entry, expiresAt: _, ...details } = item;
  if (typeof clientId !== 'string' || typeof entry !== 'string' || typeof details['type'] !== 'string') {
    throw new StoreItemError(
      `An item of History has clientId, entry and type, but this one has ${Object.keys(item).join(', ')}; remove it or restore it`,
    );
  }
  return { ...details, clientId, atMs: timeOf(entry) } as unknown as HistoryEntry;
}
