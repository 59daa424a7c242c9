import type { Broker } from '#broker/broker';
import type { PumpDependencies } from '#delivery/ports';
import type { LoggedMessage } from '#session/message';
import type { VirtualTime } from './virtual-time.ts';

/** How one run of the pump comes to its end before its time. */
export interface Fault {
  /** The port call at which it happens, from 0. */
  readonly call: number;
  /** The call takes effect all the same; only its answer is lost. */
  readonly takesEffect: boolean;
  /** The call fails, or the process is gone: nothing answers any more. */
  readonly how: 'fails' | 'dies';
}

const FOR_EVER = new Promise<never>(() => undefined);

/** Counts the calls of one run over all its ports, lets each take a while, and one of them go wrong. */
class Calls {
  readonly #time: VirtualTime;
  readonly #fault: Fault | undefined;
  readonly #latencyMs: () => number;
  #count = 0;
  #isDead = false;
  hasStruck = false;

  constructor(time: VirtualTime, fault: Fault | undefined, latencyMs: () => number) {
    this.#time = time;
    this.#fault = fault;
    this.#latencyMs = latencyMs;
  }

  async make<Result>(call: () => Promise<Result>): Promise<Result> {
    if (this.#isDead) return FOR_EVER;
    const strikes = this.#count === this.#fault?.call;
    this.#count += 1;
    await this.#time.sleep(this.#latencyMs());
    if (this.#isDead) return FOR_EVER;
    if (!strikes) {
      const result = await call();
      return this.#isDead ? FOR_EVER : result;
    }
    this.hasStruck = true;
    if (this.#fault?.how === 'dies') this.#isDead = true;
    if (this.#fault?.takesEffect) await call();
    if (this.#isDead) return FOR_EVER;
    throw new Error('a port failed');
  }
}

/** The ports of one run: slow at random, and failing or dying at one call. */
export function withFault(
  dependencies: PumpDependencies,
  time: VirtualTime,
  latencyMs: () => number,
  fault: Fault | undefined,
): { readonly dependencies: PumpDependencies; readonly calls: { readonly hasStruck: boolean } } {
  const calls = new Calls(time, fault, latencyMs);
  const { sessions, subscriptions, routes, log, shareGroups, broker } = dependencies;
  const slowBroker: Broker = {
    connection: (clientId) => calls.make(() => broker.connection(clientId)),
    subscriptions: (clientId) => calls.make(() => broker.subscriptions(clientId)),
    send: (clientId, message, confirm) => calls.make(() => broker.send(clientId, message, confirm)),
  };
  async function* slowly(source: AsyncIterable<LoggedMessage>): AsyncGenerator<LoggedMessage> {
    const messages = source[Symbol.asyncIterator]();
    for (;;) {
      const next = await calls.make(() => messages.next());
      if (next.done) return;
      yield next.value;
    }
  }
  const faulty: PumpDependencies = {
    ...dependencies,
    sessions: {
      get: (clientId) => calls.make(() => sessions.get(clientId)),
      write: (session, revision) => calls.make(() => sessions.write(session, revision)),
    },
    subscriptions: { list: (clientId) => calls.make(() => subscriptions.list(clientId)) },
    routes: { find: (filters) => calls.make(() => routes.find(filters)) },
    log: {
      read: (range) => slowly(log.read(range)),
      readStragglers: (range) => slowly(log.readStragglers(range)),
    },
    shareGroups: {
      takeLease: (...lease) => calls.make(() => shareGroups.takeLease(...lease)),
      settle: (...rest) => calls.make(() => shareGroups.settle(...rest)),
    },
    broker: slowBroker,
  };
  return { dependencies: faulty, calls };
}
