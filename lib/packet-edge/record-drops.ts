import { addDropsTo } from '#edge/add-drops';
import type { Exchange } from './exchange.ts';

/** Counts on the session what an exchange has not delivered. */
export async function recordDrops({ context, dependencies, drops }: Exchange): Promise<void> {
  if (context !== undefined) await addDropsTo(context, drops, dependencies.sessions);
}
