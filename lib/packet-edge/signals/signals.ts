import { eachAtOnce } from '#edge/each-at-once';
import type { SignalRequest } from '#edge/requests';
import type { Carrier, Signal } from '#packets/carrying/exchange';
import { exists, newestConnection } from '#session/session';
import { carrierFrom } from '../connections/session-changes.ts';
import type { PacketEdgeDependencies } from '../dependencies.ts';
import type { Exchange } from '../exchange.ts';

/** What it takes to find who is online and to signal them. */
export type SignalDependencies = Pick<
  PacketEdgeDependencies,
  'sessions' | 'subscriptions' | 'assignments' | 'log' | 'requests' | 'signalSender' | 'clock'
>;

/** A signal with the carrier that takes it to its connection. */
export interface AddressedSignal {
  readonly clientId: string;
  readonly carrier: Carrier;
  readonly signal: Signal;
}

/** A client that is connected, and where its packets go. */
export interface OnlineClient {
  readonly clientId: string;
  readonly incarnation: string;
  readonly carrier: Carrier;
  readonly connectionId: string;
}

/** Those of the clients that are connected now. */
export async function onlineAmong(
  clientIds: readonly string[],
  { sessions, clock }: Pick<SignalDependencies, 'sessions' | 'clock'>,
): Promise<OnlineClient[]> {
  if (clientIds.length === 0) return [];
  const nowMs = clock();
  const found = await sessions.getMany(clientIds);
  return found.flatMap((session) => {
    if (!exists(session, nowMs) || session.status !== 'connected' || session.carrier === undefined) return [];
    const { sessionIdentifier: connectionId } = newestConnection(session);
    const { clientId, incarnation, carrier } = session;
    return [{ clientId, incarnation, carrier: carrierFrom(carrier), connectionId }];
  });
}

/**
 * Takes signals to their carriers. What is for the connection at hand is looked for in the same exchange, and
 * what is for others of the same listener goes along with the answer, as far as that takes them.
 */
export async function dispatchSignals(
  addressed: readonly AddressedSignal[],
  dependencies: Pick<SignalDependencies, 'requests' | 'signalSender'>,
  exchange?: Exchange,
): Promise<void> {
  const own = exchange?.request.connection;
  const elsewhere = new Map<string, Signal[]>();
  const carried: SignalRequest[] = [];
  const add = (address: string, signal: Signal) => {
    const known = elsewhere.get(address);
    if (known === undefined) elsewhere.set(address, [signal]);
    else known.push(signal);
  };
  for (const { clientId, carrier, signal } of addressed) {
    if (signal.connectionId === own?.id) {
      if (signal.kind === 'look') exchange?.want(signal.filters ?? 'all');
    } else if (carrier.kind === 'iot') {
      // A device that opens another connection through IoT Core knows of its own accord.
      const isKnown = signal.kind === 'takenOver' && own?.carrier.kind === 'iot';
      if (!isKnown) carried.push({ ...signal, clientId });
    } else if (own?.carrier.kind === 'listener' && own.carrier.address === carrier.address) {
      if (exchange?.takesSignal(signal) !== true) add(carrier.address, signal);
    } else {
      add(carrier.address, signal);
    }
  }
  const { signalSender, requests } = dependencies;
  await eachAtOnce(carried, (signal) => requests.signal(signal));
  await Promise.all([...elsewhere].map(([address, signals]) => signalSender.send(address, signals)));
}
