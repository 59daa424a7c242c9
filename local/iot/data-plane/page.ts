import { type Answer, done, failed } from './failure.ts';
import { type DataPlaneRequest, integer } from './request.ts';

const DEFAULT_PAGE_SIZE = 20;
/** Not documented; the size of the largest answer. */
const MAXIMUM_PAGE_SIZE = 200;

/** One page of a list, under its name; `nextToken` is opaque to callers. */
export function pageOf(items: readonly object[], listName: string, { query }: DataPlaneRequest): Answer {
  const size = integer(query, 'maxResults', {
    least: 1,
    most: MAXIMUM_PAGE_SIZE,
    byDefault: DEFAULT_PAGE_SIZE,
  });
  if (size === undefined) return failed(400, `maxResults: allowed are 1 to ${MAXIMUM_PAGE_SIZE}`);
  const token = query.get('nextToken');
  const startText = token === null ? '0' : Buffer.from(token, 'base64url').toString();
  if (!/^\d{1,9}$/.test(startText)) return failed(400, 'nextToken is not one of an earlier answer');
  const start = Number(startText);
  const end = start + size;
  return done({
    [listName]: items.slice(start, end),
    ...(end < items.length && { nextToken: Buffer.from(String(end)).toString('base64url') }),
  });
}
