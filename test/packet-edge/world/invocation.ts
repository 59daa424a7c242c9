import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Time } from './time.ts';

/** How one invocation of the function goes wrong. */
export interface Fault {
  /** The call to the world outside at which it happens, from 0; beyond the last one: its answer. */
  readonly call: number;
  /** The call takes effect all the same. */
  readonly takesEffect: boolean;
  /**
   * `fails`: the call throws. `dies`: nothing is heard of the instance any more. `stalls`: it stands still until
   * its caller has long tried again elsewhere, and then goes on.
   */
  readonly how: 'fails' | 'dies' | 'stalls';
  readonly stallMs?: number;
  /** The carrier that asked dies with it, so nobody asks again. */
  readonly kills?: true;
}

const FOR_EVER = new Promise<never>(() => undefined);

/** What the SDK throws when its own retries are used up. */
function unavailable(): Error {
  return Object.assign(new Error('no answer'), {
    name: 'InternalServerError',
    $metadata: { httpStatusCode: 500 },
  });
}

/** One invocation: counts its calls to the world outside, lets each take a while, and one of them go wrong. */
export class Invocation {
  readonly #time: Time;
  readonly #latencyMs: () => number;
  readonly #fault: Fault | undefined;
  readonly #kill: () => void;
  #isDead = false;
  calls = 0;
  hasStruck = false;
  /** It has come to its end, or will never do anything more. */
  isOver = false;

  constructor(time: Time, latencyMs: () => number, fault: Fault | undefined, kill: () => void) {
    this.#time = time;
    this.#latencyMs = latencyMs;
    this.#fault = fault;
    this.#kill = kill;
  }

  async call<Result>(make: () => Promise<Result>): Promise<Result> {
    if (this.#isDead) return FOR_EVER;
    const index = this.calls;
    this.calls += 1;
    await this.#sleep();
    if (index !== this.#fault?.call) {
      const result = await make();
      await this.#sleep();
      return this.#isDead ? FOR_EVER : result;
    }
    return this.#goWrong(this.#fault, make);
  }

  /** What reaches the caller of the function. */
  async answer<Result>(handled: Promise<Result>): Promise<Result> {
    const result = await handled.finally(() => {
      this.isOver = true;
    });
    if (this.#isDead) return FOR_EVER;
    if (this.#fault === undefined || this.hasStruck) return result;
    this.#strike(this.#fault);
    throw new Error('the answer was lost');
  }

  threaten(client: DynamoDBDocumentClient): DynamoDBDocumentClient {
    const send = (command: never) => this.call(() => client.send(command));
    return { send, destroy: () => undefined } as unknown as DynamoDBDocumentClient;
  }

  async #sleep(): Promise<void> {
    const latencyMs = this.#latencyMs();
    if (latencyMs > 0) await this.#time.sleep(latencyMs);
  }

  #strike({ kills }: Fault): void {
    this.hasStruck = true;
    if (kills) this.#kill();
  }

  async #goWrong<Result>(fault: Fault, make: () => Promise<Result>): Promise<Result> {
    const { how, takesEffect, stallMs = 0 } = fault;
    this.#strike(fault);
    if (how === 'stalls') {
      if (!takesEffect) await this.#time.sleep(stallMs);
      const result = await make();
      if (takesEffect) await this.#time.sleep(stallMs);
      return result;
    }
    if (takesEffect) await make();
    if (how === 'fails') throw unavailable();
    this.#isDead = true;
    this.isOver = true;
    return FOR_EVER;
  }
}
