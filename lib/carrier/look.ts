import type { PacketsRequest } from '#packets/carrying/exchange';

/** Bytes; a signal is to stay small, and whoever looks at everything finds these too. */
const MAXIMUM_LOOK_BYTES = 2_048;

/** The filters of a signal as they go to the device and come back; empty: everything. */
export function lookFor(filters: readonly string[] | undefined): Uint8Array {
  const text = filters === undefined ? '' : JSON.stringify(filters);
  return Buffer.from(Buffer.byteLength(text) > MAXIMUM_LOOK_BYTES ? '' : text);
}

/** What a device asks for. It can ask for less than it gets, not for more: only its subscriptions are read. */
export function lookFrom(look: Uint8Array): NonNullable<PacketsRequest['look']> {
  if (look.length === 0 || look.length > MAXIMUM_LOOK_BYTES) return {};
  try {
    const filters: unknown = JSON.parse(Buffer.from(look).toString());
    const areFilters =
      Array.isArray(filters) && filters.every((filter) => typeof filter === 'string' && filter);
    return areFilters ? { filters } : {};
  } catch {
    return {};
  }
}
