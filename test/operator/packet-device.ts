import type { SignalSender } from '#packet-edge/dependencies';
import { subscribePacket } from '#test/packet-edge/clients/asked-twice';
import type { DeviceStep, TestDevice } from './act-cases.ts';
import type { PacketDesk } from './packet-desk.ts';

type Carried = Awaited<ReturnType<PacketDesk['connect']>>['carried'];

/** The device of a desk of the packet edge and its listener. */
export class PacketDevice implements TestDevice {
  readonly signalSender: SignalSender;
  readonly #desk: PacketDesk;
  #carried: Carried | undefined;
  /** Connections that an operator has closed, of which the listener has not told yet. */
  #owed: Carried[] = [];
  closed = 0;
  connections = 0;
  looks = 0;

  constructor(desk: PacketDesk) {
    this.#desk = desk;
    this.signalSender = {
      send: async (_, signals) => {
        for (const { kind, connectionId } of signals) {
          if (kind === 'look') this.looks += 1;
          if (kind === 'close' && connectionId === this.#carried?.id) this.#close(this.#carried);
        }
      },
      remove: async () => {},
    };
  }

  get isOnline(): boolean {
    return this.#carried !== undefined;
  }

  #close(carried: Carried): void {
    this.#carried = undefined;
    this.closed += 1;
    this.#owed.push(carried);
  }

  async do(step: DeviceStep): Promise<void> {
    const desk = this.#desk;
    if ((step === 'connects') === this.isOnline) return;
    desk.pass(1);
    await this.settle();
    if (step === 'leaves') {
      const carried = this.#carried;
      this.#carried = undefined;
      await carried?.closed('CONNECTION_LOST');
      return;
    }
    this.connections += 1;
    const { carried } = await desk.connect({ properties: { sessionExpiryInterval: 3600 } });
    this.#carried = carried;
    await carried.send(subscribePacket('a', { qos: 1 }));
  }

  async settle(): Promise<void> {
    const owed = this.#owed;
    this.#owed = [];
    for (const carried of owed) await carried.closed('API_INITIATED_DISCONNECT');
  }
}
