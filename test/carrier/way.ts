import { setTimeout as delay } from 'node:timers/promises';
import type { CarrierDependencies } from '#carrier/dependencies';
import { handleCarriage } from '#carrier/handle-carriage';
import { CarriedStream, type Link } from '#client/carried-stream';
import type { CarriageTiming } from '#client/timing';
import type { Random } from '#local/random';
import { decodeDown } from '#packets/carrying/carriage';

/** How a way treats what is sent on it. */
export interface Way {
  readonly random: Random;
  /** Chances from 0 to 1. */
  readonly loses: number;
  readonly doubles: number;
  readonly longestDelayMs: number;
}

/** Short, so that many runs fit in a few seconds; where nothing is lost, long enough for any machine. */
const timingOn = ({ loses }: Way): CarriageTiming => ({
  resendAfterMs: 40,
  answerWithinMs: loses > 0 ? 600 : 20_000,
  nextPartWithinMs: loses > 0 ? 300 : 20_000,
});

/** A copy now and then arrives when nobody expects it any more. */
export const VERY_LATE_MS = 400;

/** Brings something over, late, twice or not at all. */
function travel({ random, loses, doubles, longestDelayMs }: Way, arrive: () => void): void {
  const copies = random() < loses ? 0 : random() < doubles ? 2 : 1;
  for (let copy = 0; copy < copies; copy += 1) setTimeout(arrive, random() * longestDelayMs);
  if (random() < 0.1) setTimeout(arrive, random() * VERY_LATE_MS);
}

export interface CarriedOptions {
  readonly clientId: string;
  readonly way: Way;
  readonly carriages: CarrierDependencies['carriages'];
  readonly packets: CarrierDependencies['packets'];
}

/** The service and the device with a way between them. */
export class Carried implements Link {
  readonly isUp = true;
  /** What became of the frames. */
  readonly outcomes: string[] = [];
  readonly #streams = new Set<CarriedStream>();
  readonly #options: CarriedOptions;
  readonly #dependencies: CarrierDependencies;
  #lastAtMs = 0;

  constructor(options: CarriedOptions) {
    this.#options = options;
    this.#dependencies = {
      carriages: options.carriages,
      packets: options.packets,
      isCarried: () => true,
      downTopic: (clientId) => `mqtt-sessions/${clientId}/down`,
      clock: Date.now,
      sleep: async (milliseconds) => {
        await delay(milliseconds / 50);
      },
      broker: {
        connection: async () => ({ outcome: 'unknownClient' }),
        subscriptions: async () => ({ outcome: 'unknownClient' }),
        send: async (_, { payload }) => {
          if (options.way.random() < options.way.loses) return 'throttled';
          travel(options.way, () => this.#receive(payload));
          return 'delivered';
        },
      },
    };
  }

  /** A new connection of the device. */
  connect(nonce: string): CarriedStream {
    const { clientId, way } = this.#options;
    return new CarriedStream(this, { clientId, nonce, timing: timingOn(way), random: way.random });
  }

  send(frame: Buffer): void {
    // The broker has what it takes in the order in which it came: a client's TCP connection sees to that.
    this.#lastAtMs = Math.max(Date.now(), this.#lastAtMs + 1);
    const { clientId } = this.#options;
    const event = {
      kind: 'carriage',
      data: frame.toString('base64'),
      clientId,
      timestamp: this.#lastAtMs,
    } as const;
    travel(this.#options.way, () => {
      void handleCarriage(event, this.#dependencies).then(({ outcome }) => this.outcomes.push(outcome));
    });
  }

  attach(stream: CarriedStream): void {
    this.#streams.add(stream);
  }

  detach(stream: CarriedStream): void {
    this.#streams.delete(stream);
  }

  doubt(): void {}

  #receive(payload: Uint8Array): void {
    const decoded = decodeDown(payload);
    if (!decoded.ok) throw new Error(decoded.reason);
    for (const stream of this.#streams) stream.receive(decoded.frame);
  }
}
