import { withDrops } from '#session/drops';
import type { Exchange } from './exchange.ts';

/** Lost races before the count is given up: it answers questions, nothing depends on it. */
const ATTEMPTS = 3;

/** Counts on the session what was not delivered, with its reason, so that 'why did it not come' has an answer. */
export async function recordDrops({ context, dependencies, drops }: Exchange): Promise<void> {
  if (context === undefined || drops.last.length === 0) return;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const session = await dependencies.sessions.get(context.clientId);
    if (session === undefined || session.incarnation !== context.incarnation) return;
    const { endedIncarnation: _, endReason: __, ...rest } = session;
    const next = { ...rest, ...withDrops(session, drops), revision: session.revision + 1 };
    if ((await dependencies.sessions.write(next, session.revision)).written) return;
  }
}
