import { oneShapeTooMany } from '#edge/one-shape-too-many';
import type { SessionEdge } from '#session/session-edge';
import { parseSharedFilter } from '#session/topics/topic-filter';
import type { OperatorDependencies } from '../dependencies.ts';
import type { Refusal, WantedSubscription } from './wanted.ts';

/**
 * Why filters cannot be subscribed to, though each is well-formed: there are too many shapes. Before anything is
 * written, since there is no route without its shape.
 */
export async function shapeProblem(
  wanted: readonly WantedSubscription[],
  edge: SessionEdge,
  { routes, configuration }: Pick<OperatorDependencies, 'routes' | 'configuration'>,
): Promise<Refusal | undefined> {
  for (const { filter } of wanted) {
    const routed = parseSharedFilter(filter).filter;
    // Topics of the broker itself get no route there.
    if (edge === 'lifecycle' && routed.startsWith('$')) continue;
    if ((await routes.ensureShape(routed)) !== 'refused') continue;
    return { reason: oneShapeTooMany(filter, configuration.settings) };
  }
  return undefined;
}
