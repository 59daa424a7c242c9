import { DISCONNECT_REASON } from '#session/life/disconnect-reason';
import type { EdgeDependencies } from '../dependencies.ts';
import type { LifecycleEvent } from './lifecycle-event.ts';

/**
 * An event of a client whose packets the broker only carries: its session is kept by what they say. The end of
 * its connection to the broker is the end of the one inside.
 */
export async function handleCarrierEvent(
  event: LifecycleEvent,
  { requests }: Pick<EdgeDependencies, 'requests'>,
): Promise<'carried' | 'carrierEnded'> {
  if (event.eventType !== 'disconnected') return 'carried';
  const { clientId, timestamp: atMs, disconnectReason: reason = 'CONNECTION_LOST' } = event;
  // A newer connection to the broker is there: what it carries takes over, or it ends in its turn.
  if (reason === DISCONNECT_REASON.takenOver) return 'carried';
  await requests.carrierEnded({ kind: 'carrierEnded', clientId, reason, atMs });
  return 'carrierEnded';
}
