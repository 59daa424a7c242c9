import { expect } from 'vitest';

/** A handler is killed at one call to the world outside, before the call or just after it. */
export class Killer {
  #callsLeft: number;
  readonly #afterwards: boolean;
  hasStruck = false;

  constructor(call: number, afterwards: boolean) {
    this.#callsLeft = call;
    this.#afterwards = afterwards;
  }

  /** The same objects, with their methods under the killer's hand. */
  threaten<Ports extends object>(ports: Ports, names: readonly (keyof Ports)[]): Ports {
    const threatened = { ...ports };
    for (const name of names) {
      const port = ports[name];
      threatened[name] = this.#object(port as object) as typeof port;
    }
    return threatened;
  }

  #object(port: object): object {
    return new Proxy(port, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? this.#method(value, target) : value;
      },
    });
  }

  #method(method: (...values: never[]) => unknown, owner: unknown) {
    return (...values: never[]): unknown => {
      this.#callsLeft -= 1;
      if (this.#callsLeft !== -1) return method.apply(owner, values);
      this.hasStruck = true;
      const killed = new Error('killed');
      if (!this.#afterwards) return Promise.reject(killed);
      return Promise.resolve(method.apply(owner, values)).then(() => Promise.reject(killed));
    };
  }
}

/** More calls than any handler makes. */
const MOST_CALLS = 60;
const BATCH = 5;

export interface KilledRun<World> {
  readonly prepare: () => Promise<World>;
  /** Does what is tried, until the killer strikes; without one undisturbed. */
  readonly run: (world: World, killer?: Killer) => Promise<unknown>;
  readonly stateOf: (world: World) => Promise<unknown>;
}

/**
 * Kills a run at each of its calls, before it and after it, and does it again: every time the state must be that of
 * an undisturbed run.
 *
 * @returns how often it was killed
 */
export async function killAtEachCall<World>({ prepare, run, stateOf }: KilledRun<World>): Promise<number> {
  const undisturbed = await prepare();
  await run(undisturbed);
  const expected = await stateOf(undisturbed);
  /** False when the run had come to its end before that call. */
  const survives = async (call: number, afterwards: boolean) => {
    const world = await prepare();
    const killer = new Killer(call, afterwards);
    await run(world, killer).catch((error: unknown) => {
      if (!killer.hasStruck) throw error;
    });
    if (!killer.hasStruck) return false;
    await run(world);
    expect(await stateOf(world), `killed ${afterwards ? 'after' : 'at'} call ${call}`).toEqual(expected);
    return true;
  };
  let kills = 0;
  for (let call = 0; call < MOST_CALLS; call += BATCH) {
    const calls = Array.from({ length: BATCH }, (_each, index) => call + index);
    const tries = calls.flatMap((each) => [survives(each, false), survives(each, true)]);
    const struck = (await Promise.all(tries)).filter((each) => each).length;
    kills += struck;
    if (struck < tries.length) break;
  }
  return kills;
}
