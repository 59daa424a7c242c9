import { withDelivered } from '#session/delivery/delivered-in-all';
import type { Flow } from '#session/flow/flow';
import type { SessionStore } from '#store/sessions/sessions';

/** Lost races before the count is given up: it answers questions, nothing depends on it. */
const ATTEMPTS = 3;

/**
 * Counts on the session what a flow has delivered, before the flow is replaced or removed. The end of a connection
 * does the same in the write that it makes anyway: this is for what came by one that was taken over.
 */
export async function takeOverDelivered(
  flow: Flow | undefined,
  sessions: Pick<SessionStore, 'get' | 'write'>,
): Promise<void> {
  if (flow?.delivered === undefined) return;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const session = await sessions.get(flow.clientId);
    const next = session && withDelivered(session, flow);
    if (next === undefined || (await sessions.write(next, session?.revision)).written) return;
  }
}
