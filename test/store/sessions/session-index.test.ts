import { beforeAll, expect, test } from 'vitest';
import type { Session } from '#session/session';
import {
  createSessionIndex,
  inBytes,
  type ListedClients,
  type SessionIndex,
} from '#store/sessions/session-index';
import { createSessionStore } from '#store/sessions/sessions';
import { useTables } from '#test/store/dynamodb/started-tables';
import { exampleConnection, exampleSession } from './example-sessions.ts';

const NOW_MS = Date.UTC(2026, 10, 25, 12);
const tables = useTables();
let index: SessionIndex;

/** The end of the connection is absent: it stands. */
function connected(clientId: string, connectedAtMs: number): Session {
  const {
    disconnectedAtMs: _,
    disconnectReason: __,
    ...connection
  } = exampleConnection(1, { connectedAtMs });
  const { endsAtMs: ___, ...session } = exampleSession(clientId, 1, { status: 'connected' });
  return { ...session, connections: [connection] };
}

function away(clientId: string, disconnectedAtMs: number): Session {
  return exampleSession(clientId, 1, {
    connections: [exampleConnection(1, { disconnectedAtMs })],
    endsAtMs: disconnectedAtMs + 3_600_000,
  });
}

/** Characters on both sides of the surrogates, where the order of UTF-16 is another than that of UTF-8. */
const NAMES = ['a', 'ab', 'ab/c', 'ab c', 'b', 'z~', 'é', '\uffee', '\u{1f600}', '\u{10ffff}', '\u{10ffff}x'];
const METERS = Array.from({ length: 60 }, (_, number) => `meter-${number}`);

beforeAll(async () => {
  const client = tables().newClient();
  const sessions = createSessionStore(client, tables().names.sessions);
  index = createSessionIndex(client, tables().names.sessions);
  for (const clientId of NAMES) await sessions.write(connected(clientId, NOW_MS), undefined);
  for (const [number, clientId] of METERS.entries()) {
    await sessions.write(away(clientId, NOW_MS + number * 1000), undefined);
  }
});

async function all(
  read: (after: string | undefined) => Promise<ListedClients>,
  most: number,
): Promise<string[]> {
  const found: string[] = [];
  let after: string | undefined;
  for (;;) {
    const { clients, isLast } = await read(after);
    expect(clients.length).toBeLessThanOrEqual(most);
    found.push(...clients.map(({ clientId }) => clientId));
    if (isLast) return found;
    after = clients.at(-1)?.key;
    expect(after).toBeDefined();
  }
}

test.each([1, 3, 50, 100])('pages of %i list every client once, in the order of bytes', async (most) => {
  const found = await all((after) => index.byClientId({ after, most }), most);
  expect(found).toEqual([...NAMES, ...METERS].sort(inBytes));
});

test.each(['meter-', 'meter-1', 'ab', 'é', '\u{1f600}', '\u{10ffff}', 'nobody'])(
  'clients whose identifiers begin with %j',
  async (prefix) => {
    const found = await all((after) => index.byClientId({ prefix, after, most: 7 }), 7);
    const expected = [...NAMES, ...METERS].filter((name) => name.startsWith(prefix)).sort(inBytes);
    expect(found).toEqual(expected);
  },
);

test('disconnected sessions come in the order of their expiry, with the time since which they are away', async () => {
  const { clients } = await index.byStatus({ status: 'disconnected', most: 3 });
  expect(clients.map(({ clientId }) => clientId)).toEqual(['meter-0', 'meter-1', 'meter-2']);
  expect(clients[0]?.sinceSeconds).toBe(NOW_MS / 1000);
});

test.each([1, 4, 100])('pages of %i of one status hold each of its sessions once', async (most) => {
  const found = await all((after) => index.byStatus({ status: 'disconnected', after, most }), most);
  expect(found).toEqual(METERS);
  const there = await all((after) => index.byStatus({ status: 'connected', after, most }), most);
  expect(there.sort(inBytes)).toEqual([...NAMES].sort(inBytes));
});

test('a span of expiry begins with its start and ends before its end', async () => {
  const from = NOW_MS / 1000 + 3600 + 10;
  const found = await all(
    (after) => index.byStatus({ status: 'disconnected', from, before: from + 5, after, most: 2 }),
    2,
  );
  expect(found).toEqual(METERS.slice(10, 15));
});
