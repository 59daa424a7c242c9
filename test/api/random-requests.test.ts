import fc from 'fast-check';
import { expect, test } from 'vitest';
import type * as z from 'zod';
import { openApiDocument } from '#api/document';
import { ROUTES } from '#api/routes/index';
import { problem } from '#api/schemas/problem';
import { randomSeed } from '#test/session/random-seed';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { apiDependencies, asker } from './api-on-tables.ts';
import { CLIENTS, fillFleet, NOW_MS, OPERATION, TOPICS } from './fleet.ts';
import { requestsOf } from './from-document.ts';

const REQUESTS = 10_000;
const WRITES = /^(Put|Update|Delete|TransactWrite|BatchWrite)/;
/** What any path or body may be answered that is not as any operation takes it. */
const ELSEWHERE = new Set([400, 404, 405, 413, 415]);
const READS = new Set(['GET', 'HEAD']);

/** Tables that count what is written. */
function countingTables() {
  const tables = memoryTables({ clock: () => NOW_MS });
  const counted = { writes: 0 };
  const newClient = () => {
    const client = tables.newClient();
    const send = (command: { constructor: { name: string } }) => {
      if (WRITES.test(command.constructor.name)) counted.writes += 1;
      return client.send(command as never);
    };
    return { send } as unknown as typeof client;
  };
  return { tables: { ...tables, newClient }, counted };
}

type Responses = Readonly<
  Record<string, { readonly content?: Readonly<Record<string, { readonly schema: z.ZodType }>> }>
>;

test(`${REQUESTS} random requests get answers that the document describes, and reads change nothing`, async () => {
  const { tables, counted } = countingTables();
  const failures: unknown[] = [];
  const policies = [{ clients: 'p-*', edge: 'packets', sessionExpiryInterval: 'client' } as const, {}];
  const dependencies = apiDependencies(tables, {
    policies,
    clock: () => NOW_MS,
    onError: (error) => failures.push(error),
  });
  await fillFleet(dependencies);
  const ask = asker(dependencies);
  const routes = new Map(ROUTES.map((route) => [route.operationId, route]));
  const known = {
    clientId: CLIENTS,
    topic: TOPICS,
    operationId: [OPERATION],
    id: ['letter-1', 'letter-2'],
    filter: ['a/#', 'a/+'],
    prefix: ['p-', 'a/'],
    clients: ['*'],
  };
  const requests = fc.sample(requestsOf(openApiDocument(), known), { seed: randomSeed, numRuns: REQUESTS });
  const seen = new Map<string, Set<number>>();
  const cursors = ['AAAA'];
  let turn = 0;

  for (const { operationId, path, init, wantsCursor } of requests) {
    turn += 1;
    const cursor = cursors[(turn * 7) % cursors.length];
    const isPaged = wantsCursor && init.method === 'GET';
    const asked = isPaged ? `${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}` : path;
    const before = counted.writes;
    const { status, body } = await ask(asked, init);
    const told = `${init.method} ${asked} ${init.body ?? ''}: ${status} ${JSON.stringify(body)}`;
    if (status >= 500) expect.fail(`${told}\n${String(failures.at(-1))}`);
    if (READS.has(init.method) || operationId === 'previewExpiry') expect(counted.writes, told).toBe(before);
    const responses = (routes.get(operationId)?.responses ?? {}) as Responses;
    const documented = Object.values(responses[status]?.content ?? {})[0]?.schema;
    if (responses[status] === undefined) expect(ELSEWHERE.has(status), told).toBe(true);
    const schema = documented ?? (body === undefined ? undefined : problem);
    // What it does not describe would be left out.
    if (schema !== undefined) expect(schema.parse(body), told).toEqual(body);
    seen.set(operationId, (seen.get(operationId) ?? new Set()).add(status));
    const next = (body as { readonly nextCursor?: string } | undefined)?.nextCursor;
    if (next !== undefined && cursors.length < 100) cursors.push(next);
  }
  // Each operation was got through to, and refused something.
  for (const { operationId } of ROUTES) {
    const statuses = [...(seen.get(operationId) ?? [])];
    expect(
      statuses.some((status) => status < 300),
      `${operationId}: ${statuses}`,
    ).toBe(true);
    expect(statuses.includes(400), `${operationId}: ${statuses}`).toBe(true);
  }
}, 120_000);
