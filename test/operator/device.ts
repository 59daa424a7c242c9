import type { DisconnectingBroker } from '#broker/broker';
import { SECOND } from '#test/edge/world/edge';
import type { DeviceStep, TestDevice } from './act-cases.ts';
import type { Desk } from './desk.ts';

/** The device of a desk's client and its broker: connections come, go, and are closed; the events of that follow. */
export class Device implements TestDevice {
  readonly broker: DisconnectingBroker;
  readonly #desk: Desk;
  #version = -1;
  #isOnline = false;
  /** Events of connections that an operator has closed, which have not come yet. */
  #owed: unknown[] = [];
  closed = 0;
  connections = 0;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.broker = {
      connection: async () =>
        this.#isOnline
          ? { outcome: 'found', value: { connected: true, cleanSession: true } }
          : { outcome: 'unknownClient' },
      subscriptions: (clientId) => desk.broker.subscriptions(clientId),
      send: (...sent) => desk.broker.send(...sent),
      disconnect: async () => this.#close(),
    };
  }

  get isOnline(): boolean {
    return this.#isOnline;
  }

  async #close(): Promise<{ readonly outcome: 'closed' | 'notConnected' }> {
    if (!this.#isOnline) return { outcome: 'notConnected' };
    this.#isOnline = false;
    this.closed += 1;
    const end = { disconnectReason: 'API_INITIATED_DISCONNECT' };
    this.#owed.push(this.#desk.disconnected(this.#version, this.#desk.nowMs, end));
    return { outcome: 'closed' };
  }

  async do(step: DeviceStep): Promise<void> {
    const desk = this.#desk;
    if ((step === 'connects') === this.#isOnline) return;
    desk.nowMs += SECOND;
    await this.settle();
    if (step === 'leaves') {
      this.#isOnline = false;
      await desk.handle(desk.disconnected(this.#version, desk.nowMs));
      return;
    }
    this.#version += 1;
    this.connections += 1;
    this.#isOnline = true;
    desk.broker.connectionAnswer = { outcome: 'found', value: { connected: true, cleanSession: true } };
    await desk.handle(desk.connected(this.#version, desk.nowMs));
    await desk.handle(desk.subscribed(this.#version, desk.nowMs + 1, desk.filter('a')));
  }

  async settle(): Promise<void> {
    const owed = this.#owed;
    this.#owed = [];
    for (const event of owed) await this.#desk.handle(event);
  }
}
