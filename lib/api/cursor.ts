import { createHash } from 'node:crypto';

const CHECK_BYTES = 9;

function checkOf(request: string, key: string): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([request, key]))
    .digest()
    .subarray(0, CHECK_BYTES);
}

/** The cursors of one request: its operation with all that it asks for, apart from the cursor and the limit. */
export interface Cursors {
  /** A cursor for the key behind which the next page begins. */
  encode(key: string): string;
  /** The key; undefined when the cursor is none of this request. */
  decode(cursor: string): string | undefined;
}

/**
 * Cursors that hold for one request alone, so that a key never gets to where it does not belong.
 *
 * @example cursorsOf('listHistory', { clientId }).encode(nextKey)
 */
export function cursorsOf(operation: string, asked: Readonly<Record<string, unknown>>): Cursors {
  const { cursor: _, limit: __, ...rest } = asked;
  const sorted = Object.entries(rest).sort(([one], [other]) => (one < other ? -1 : 1));
  const request = JSON.stringify([operation, sorted]);
  return {
    encode: (key) => Buffer.concat([checkOf(request, key), Buffer.from(key)]).toString('base64url'),
    decode(cursor) {
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.toString('base64url') !== cursor || bytes.length <= CHECK_BYTES) return undefined;
      const key = bytes.subarray(CHECK_BYTES).toString();
      return checkOf(request, key).equals(bytes.subarray(0, CHECK_BYTES)) ? key : undefined;
    },
  };
}

/** Where a page begins: `key` absent at the beginning; or the cursor was none of this request. */
export type PageStart = { readonly valid: true; readonly key?: string } | { readonly valid: false };

export function pageStart(cursors: Cursors, cursor: string | undefined): PageStart {
  if (cursor === undefined) return { valid: true };
  const key = cursors.decode(cursor);
  return key === undefined ? { valid: false } : { valid: true, key };
}

/** What a problem `cursor.invalid` says. */
export const FOREIGN_CURSOR = {
  detail:
    'A cursor holds for the request that gave it, with the same parameters; begin again without one, or repeat the request as it was',
};
