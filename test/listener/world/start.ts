import { onTestFinished } from 'vitest';
import type { ListenerOptions } from '#listener/configuration/options';
import { type Listener, startListener } from '#listener/listener';
import type { LogDetails, Signals } from '#listener/ports';
import type { Signal } from '#packets/carrying/exchange';
import { FakeFunction } from './fake-function.ts';

export const ADDRESS = 'https://queues/mine';

export interface LogEntry extends LogDetails {
  readonly level: string;
  readonly message: string;
}

export interface Started {
  readonly listener: Listener;
  readonly fake: FakeFunction;
  /** As if it had come from the queue. */
  readonly signal: (signal: Signal) => void;
  readonly signalsStopped: () => boolean;
  readonly logged: readonly LogEntry[];
}

/** A listener of this test alone, on a free port unless told otherwise, with a function that stands in. */
export async function start(options: Partial<ListenerOptions> = {}): Promise<Started> {
  const fake = new FakeFunction();
  const logged: LogEntry[] = [];
  let receive: (signal: Signal) => void = () => {};
  let stopped = false;
  const signals: Signals = {
    start: async (given) => {
      receive = given;
      return ADDRESS;
    },
    stop: async () => {
      stopped = true;
    },
    destroy: () => {},
  };
  const listener = await startListener({
    packets: fake.handle,
    signals,
    ports: { mqtt: 0 },
    host: '127.0.0.1',
    log: (level, message, details) => logged.push({ level, message, ...details }),
    ...options,
  });
  onTestFinished(() => listener.destroy());
  return { listener, fake, signal: (signal) => receive(signal), signalsStopped: () => stopped, logged };
}
