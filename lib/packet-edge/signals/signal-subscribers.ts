import type { Message } from '#session/message';
import type { Route } from '#store/routes/routes';
import { assignShared } from '../share-groups/share-groups.ts';
import { type AddressedSignal, onlineAmong, type SignalDependencies } from './signals.ts';

/** A message that is in the log of each durable filter that it matches. */
export interface Logged {
  readonly message: Message;
  readonly routes: readonly Route[];
  /** It was put there by an earlier PUBLISH of the client, and nobody knows how far that came. */
  readonly isAgain?: boolean;
}

/** Subscribers of a filter are looked up a page at a time; there may be many. */
export async function* subscriberPages(
  filter: string,
  { subscriptions }: Pick<SignalDependencies, 'subscriptions'>,
) {
  let startKey: string | undefined;
  do {
    const page = await subscriptions.subscribersOf(filter, startKey === undefined ? {} : { startKey });
    yield page;
    startKey = page.nextKey;
  } while (startKey !== undefined);
}

async function signalsOf(
  { filter, signals, retainSeconds }: Route,
  { message, isAgain = false }: Logged,
  dependencies: SignalDependencies,
): Promise<AddressedSignal[]> {
  // Nobody of the packet edge has ever subscribed to it: who sleeps is not woken.
  if (signals !== true) return [];
  const addressed: AddressedSignal[] = [];
  for await (const { clientIds, shared } of subscriberPages(filter, dependencies)) {
    const online = await onlineAmong(clientIds, dependencies);
    for (const { clientId, carrier, connectionId } of online) {
      const where = isAgain ? {} : { filters: [filter] };
      addressed.push({ clientId, carrier, signal: { kind: 'look', connectionId, ...where } });
    }
    // A look at all finds what a share group has not been given yet.
    if (shared.length === 0 || isAgain) continue;
    addressed.push(...(await assignShared(message, { shared, online, retainSeconds }, dependencies)));
  }
  return addressed;
}

/** The signals for whoever of the packet edge is online and waits for a message that is in the log. */
export async function signalsFor(
  logged: Logged,
  dependencies: SignalDependencies,
): Promise<AddressedSignal[]> {
  const all = logged.routes.map((route) => signalsOf(route, logged, dependencies));
  return (await Promise.all(all)).flat();
}
