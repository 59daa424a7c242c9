import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { newestConnection, type Session, type SessionStatus } from '#session/session';
import { eventually } from '#test/local/eventually';
import type { RawClient } from './raw-client.ts';
import { server } from './server.ts';

/** The stored session once it has this status: a link that breaks is noticed a moment later. */
export function sessionIs(clientId: string, status: SessionStatus): Promise<Session> {
  return eventually(async () => {
    const session = await server.edge.sessions.get(clientId);
    expect(session?.status).toBe(status);
    if (session === undefined) throw new Error(`${clientId} has no session`);
    return session;
  });
}

/** The link breaks, and the server has noticed. */
export async function lose(client: RawClient): Promise<Session> {
  client.drop();
  return eventually(async () => {
    const session = await server.edge.sessions.get(client.clientId);
    if (session === undefined || newestConnection(session).disconnectedAtMs === undefined)
      throw new Error(`The connection of ${client.clientId} stands`);
    return session;
  });
}

/** Resolves when the clock has passed a time, epoch milliseconds. */
export async function passed(atMs: number): Promise<void> {
  while (Date.now() <= atMs) await delay(atMs - Date.now() + 1);
}
