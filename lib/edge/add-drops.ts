import { type Drops, withDrops } from '#session/delivery/drops';
import { withoutEnd } from '#session/session';
import type { SessionStore } from '#store/sessions/sessions';

/** Lost races before the count is given up: it answers questions, nothing depends on it. */
const ATTEMPTS = 3;

/** Counts on a session what was not delivered, with its reason, so that 'why did it not come' has an answer. */
export async function addDropsTo(
  { clientId, incarnation }: { readonly clientId: string; readonly incarnation: string },
  drops: Drops,
  sessions: Pick<SessionStore, 'get' | 'write'>,
): Promise<void> {
  if (drops.last.length === 0) return;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const session = await sessions.get(clientId);
    if (session === undefined || session.incarnation !== incarnation) return;
    const next = { ...withoutEnd(session), ...withDrops(session, drops), revision: session.revision + 1 };
    if ((await sessions.write(next, session.revision)).written) return;
  }
}
