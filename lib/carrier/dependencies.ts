import type { Broker } from '#broker/broker';
import type { PacketsRequest, PacketsResponse } from '#packets/carrying/exchange';
import type { CarriageStore } from '#store/inflight/carriages';

/** What carrying packets through AWS IoT Core works with. */
export interface CarrierDependencies {
  readonly carriages: CarriageStore;
  readonly broker: Broker;
  /** The packet edge. */
  readonly packets: (request: PacketsRequest) => Promise<PacketsResponse>;
  /** Whether the configuration says that the client uses AWS IoT Core only to carry packets. */
  readonly isCarried: (clientId: string) => boolean;
  /** The topic of direct messages to a client. */
  readonly downTopic: (clientId: string) => string;
  readonly clock: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}
