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
