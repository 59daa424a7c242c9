import { endOf, startOf } from './connection.ts';
import type { Session } from './session.ts';

/**
 * The time, epoch milliseconds, of something new on the client's newest connection, or of a new connection: as
 * its carrier says, but after all that is known. Carriers' clocks disagree, and by these times a declaration is
 * taken for that of one connection or the next.
 */
export function eventTimeMs(session: Session | undefined, saidMs: number): number {
  if (session === undefined) return saidMs;
  const known = [
    ...session.connections.flatMap((connection) => [startOf(connection), endOf(connection) ?? 0]),
    ...session.declarations.map(({ atMs }) => atMs),
  ];
  return Math.max(saidMs, Math.max(...known) + 1);
}
