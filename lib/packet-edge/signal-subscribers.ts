import type { Message } from '#session/message';
import type { Route } from '#store/routes';
import { assignShared } from './share-groups.ts';
import { type AddressedSignal, onlineAmong, type SignalDependencies } from './signals.ts';

/** Subscribers of a filter are looked up a page at a time; there may be many. */
async function* subscriberPages(filter: string, { subscriptions }: SignalDependencies) {
  let startKey: string | undefined;
  do {
    const page = await subscriptions.subscribersOf(filter, startKey === undefined ? {} : { startKey });
    yield page;
    startKey = page.nextKey;
  } while (startKey !== undefined);
}

async function signalsOf(
  { filter, signals, retainSeconds }: Route,
  message: Message,
  dependencies: SignalDependencies,
): Promise<AddressedSignal[]> {
  // Nobody of the packet edge has ever subscribed to it: who sleeps is not woken.
  if (signals !== true) return [];
  const addressed: AddressedSignal[] = [];
  for await (const { clientIds, shared } of subscriberPages(filter, dependencies)) {
    const online = await onlineAmong(clientIds, dependencies);
    for (const { clientId, carrier, connectionId } of online) {
      addressed.push({ clientId, carrier, signal: { kind: 'look', connectionId, filters: [filter] } });
    }
    if (shared.length === 0) continue;
    addressed.push(...(await assignShared(shared, online, message, retainSeconds, dependencies)));
  }
  return addressed;
}

/** The signals for whoever of the packet edge is online and waits for a message that has just been logged. */
export async function signalsFor(
  message: Message,
  routes: readonly Route[],
  dependencies: SignalDependencies,
): Promise<AddressedSignal[]> {
  return (await Promise.all(routes.map((route) => signalsOf(route, message, dependencies)))).flat();
}
