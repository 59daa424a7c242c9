import type { Exchange } from '../exchange.ts';
import { type Logged, signalsFor } from './signal-subscribers.ts';
import { dispatchSignals, type SignalDependencies } from './signals.ts';

/**
 * Tells those subscribers of the packet edge who are online of a message that is in the log.
 *
 * @param exchange in which the message came; absent: it came through the broker
 */
export async function announceOnline(
  logged: Logged,
  dependencies: SignalDependencies,
  exchange?: Exchange,
): Promise<void> {
  await dispatchSignals(await signalsFor(logged, dependencies), dependencies, exchange);
}
