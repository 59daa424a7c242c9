import type { OperatorDependencies } from '#operator/dependencies';
import { endSubscription, putSubscription } from '#operator/provision/one-filter';
import type { SessionEdge } from '#session/session-edge';
import { SECOND } from '#test/edge/world/edge';
import { subscribePacket } from '#test/packet-edge/clients/asked-twice';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { Desk } from './desk.ts';
import type { Step } from './filter-model.ts';
import { PacketDesk } from './packet-desk.ts';

type DeviceStep = Exclude<Step, `operator ${string}`>;

/** A client whose device subscribes for itself, and an operator who does it too. */
export interface FilterWorld {
  readonly edge: SessionEdge;
  readonly desk: Pick<Desk | PacketDesk, 'acts' | 'clientId' | 'operator' | 'history'>;
  filter(rest: string): string;
  device(step: DeviceStep): Promise<unknown>;
}

const tables = memoryTables();
const FOR_AN_HOUR = { sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 3600 } as const;

export function lifecycleWorld(): FilterWorld {
  const desk = new Desk(tables, FOR_AN_HOUR);
  desk.broker.grant(desk.filter('a'), desk.filter('b'));
  let version = -1;
  let isOnline = false;
  const leave = async () => {
    if (isOnline) await desk.handle(desk.disconnected(version, desk.nowMs));
    isOnline = false;
  };
  const connect = async (more: object) => {
    version += 1;
    isOnline = true;
    await desk.handle(desk.connected(version, desk.nowMs));
    await desk.handle(desk.declared(desk.nowMs, { sessionExpiryInterval: 3600, ...more }));
  };
  return {
    edge: 'lifecycle',
    desk,
    filter: (rest) => desk.filter(rest),
    async device(step) {
      desk.nowMs += SECOND;
      switch (step) {
        case 'connects':
          return isOnline ? undefined : connect({});
        case 'leaves':
          return leave();
        case 'starts anew':
          await leave();
          desk.nowMs += SECOND;
          return connect({ cleanStart: true });
        case 'subscribes a':
        case 'subscribes b':
          if (!isOnline) return undefined;
          return desk.handle(desk.subscribed(version, desk.nowMs, desk.filter(step.slice(-1))));
        case 'unsubscribes a':
          if (!isOnline) return undefined;
          return desk.handle(desk.unsubscribed(version, desk.nowMs, desk.filter('a')));
      }
    },
  };
}

export function packetWorld(): FilterWorld {
  const desk = new PacketDesk();
  let carried: Awaited<ReturnType<PacketDesk['connect']>>['carried'] | undefined;
  const connect = async (clean: boolean) => {
    carried = (await desk.connect({ clean, properties: { sessionExpiryInterval: 3600 } })).carried;
  };
  return {
    edge: 'packets',
    desk,
    filter: (rest) => rest,
    async device(step) {
      desk.pass(1);
      switch (step) {
        case 'connects':
          return carried === undefined ? connect(false) : undefined;
        case 'leaves': {
          const gone = carried;
          carried = undefined;
          return gone?.closed('CONNECTION_LOST');
        }
        case 'starts anew':
          return connect(true);
        case 'subscribes a':
        case 'subscribes b':
          return carried?.send(subscribePacket(step.slice(-1), { qos: 1 }));
        case 'unsubscribes a':
          return carried?.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['a'] });
      }
    },
  };
}

/** What an operator is told; a subscription of an operator is known by its No Local. */
export async function operate(
  { desk: { clientId, operator }, filter }: FilterWorld,
  step: Extract<Step, `operator ${string}`>,
  acts: OperatorDependencies,
): Promise<string> {
  const wanted = { filter: filter('a'), qos: 1, noLocal: true } as const;
  const done =
    step === 'operator subscribes a'
      ? await putSubscription(clientId, wanted, operator, acts)
      : await endSubscription(clientId, filter('a'), operator, acts);
  return done.outcome;
}
