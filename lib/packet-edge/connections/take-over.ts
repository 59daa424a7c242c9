import { endOf } from '#session/life/connection';
import { exists, newestConnection } from '#session/session';
import type { Exchange } from '../exchange.ts';
import { dispatchSignals } from '../signals/signals.ts';
import { type Connected, carrierFrom } from './session-changes.ts';

/** The connection before the newest, if nothing is known of its end, and every carrier that it may have. */
async function perhapsTakenOver({ session }: Connected, { dependencies }: Exchange) {
  const previous = session.connections.at(-2);
  if (previous === undefined || endOf(previous) !== undefined) return [];
  const addresses = await dependencies.listeners.addresses();
  return addresses.map((address) => ({ connectionId: previous.sessionIdentifier, address }));
}

/** The connection that stood until now, and its carrier. */
function takenOver({ prior }: Connected, nowMs: number) {
  if (!exists(prior, nowMs) || prior.status !== 'connected' || prior.carrier === undefined) return [];
  return [{ connectionId: newestConnection(prior).sessionIdentifier, address: prior.carrier }];
}

/**
 * The connection that stood until now, if there was one, is told and closed. [MQTT-3.1.4-3] When the CONNECT is
 * handled again, who handled it first may have died before: then all listeners are told, since the session no
 * longer knows which one it was.
 */
export async function endTakenOver(connected: Connected, exchange: Exchange, nowMs: number): Promise<void> {
  const { clientId } = connected.session;
  const ended = connected.isAgain ? await perhapsTakenOver(connected, exchange) : takenOver(connected, nowMs);
  const signals = ended.map(({ connectionId, address }) => ({
    clientId,
    carrier: carrierFrom(address),
    signal: { kind: 'takenOver' as const, connectionId },
  }));
  await dispatchSignals(signals, exchange.dependencies, exchange);
}
