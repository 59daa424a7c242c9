import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { startsWithWildcard } from '#session/topics/topic-filter';
import { queryPages } from '../requests/query.ts';
import { type Item, request } from '../requests/request.ts';
import { FIRST_LEVELS_LOG, firstLevelFromItem, firstLevelOf, keyOf, retainedLogOf } from './retained-item.ts';

type Pages = AsyncGenerator<readonly Item[], void, undefined>;

/** How many first levels are looked through at once, for a filter that begins with a wildcard. */
const LEVELS_AT_ONCE = 16;

/** Reads the item of one key as it stands now. */
export async function readRetained(
  client: DynamoDBDocumentClient,
  table: string,
  key: { readonly log: string; readonly position: string },
): Promise<Item | undefined> {
  const command = new GetCommand({ TableName: table, Key: key, ConsistentRead: true });
  return (await request(`read the retained message ${key.position}`, client.send(command))).Item;
}

/** The items among which are those of all topics that the filter matches, page by page. */
export async function* retainedCandidates(
  client: DynamoDBDocumentClient,
  table: string,
  filter: string,
): Pages {
  if (!startsWithWildcard(filter)) {
    yield* candidatesBelow(client, table, filter);
    return;
  }
  const inUse = queryPages(client, 'list the first levels of retained messages', {
    TableName: table,
    KeyConditionExpression: '#log = :log',
    ExpressionAttributeNames: { '#log': 'log' },
    ExpressionAttributeValues: { ':log': FIRST_LEVELS_LOG },
    ConsistentRead: true,
  });
  for await (const page of inUse) {
    // [MQTT-4.7.2-1]
    const levels = page.map(firstLevelFromItem).filter((level) => !level.startsWith('$'));
    // The empty topic is none. [MQTT-4.7.3-1]
    const filters = levels.map((level) => withFirstLevel(filter, level)).filter((each) => each !== '');
    for (let start = 0; start < filters.length; start += LEVELS_AT_ONCE) {
      const parts = filters
        .slice(start, start + LEVELS_AT_ONCE)
        .map((each) => candidatesBelow(client, table, each));
      const firsts = await Promise.all(parts.map((part) => part.next()));
      for (const { value } of firsts) if (value !== undefined) yield value;
      for (const part of parts) yield* part;
    }
  }
}

/** The same filter for one first level; `#` stands for that level too. */
function withFirstLevel(filter: string, level: string): string {
  return filter === '#' ? `${level}/#` : level + filter.slice('+'.length);
}

/** For a filter whose first level is none of the wildcards. */
async function* candidatesBelow(client: DynamoDBDocumentClient, table: string, filter: string): Pages {
  const prefix = literalPrefixOf(filter);
  if (prefix === undefined) {
    const item = await readRetained(client, table, keyOf(filter));
    yield item === undefined ? [] : [item];
    return;
  }
  const log = retainedLogOf(firstLevelOf(filter));
  // A prefix of no characters is not allowed: the filter `/#`.
  const beginsAlike = prefix === '' ? '' : ' AND begins_with(#position, :prefix)';
  yield* queryPages(client, `find the retained messages of ${filter}`, {
    TableName: table,
    KeyConditionExpression: `#log = :log${beginsAlike}`,
    ExpressionAttributeNames: { '#log': 'log', ...(prefix !== '' && { '#position': 'position' }) },
    ExpressionAttributeValues: { ':log': log, ...(prefix !== '' && { ':prefix': prefix }) },
    ConsistentRead: true,
  });
}

/** How all topics begin that the filter matches; undefined when it has no wildcard. */
function literalPrefixOf(filter: string): string | undefined {
  const levels = filter.split('/');
  const wildcard = levels.findIndex((level) => level === '+' || level === '#');
  if (wildcard < 0) return undefined;
  const literal = levels.slice(0, wildcard).join('/');
  // `#` also matches its parent.
  return levels[wildcard] === '#' ? literal : `${literal}/`;
}
