interface Version {
  number: number;
  /** Set while the client is away. */
  forgottenAtMs?: number;
}

/** The lifecycle events' `versionNumber`: rising with each connection of a client, forgotten after absence. */
export class VersionNumbers {
  readonly #versions = new Map<string, Version>();
  readonly #resetSeconds: number;
  readonly #clock: () => number;

  constructor(resetSeconds: number, clock: () => number) {
    this.#resetSeconds = resetSeconds;
    this.#clock = clock;
  }

  next(clientId: string): number {
    const last = this.#versions.get(clientId);
    const forgotten =
      last === undefined || (last.forgottenAtMs !== undefined && last.forgottenAtMs <= this.#clock());
    const number = forgotten ? 0 : last.number + 1;
    this.#versions.set(clientId, { number });
    return number;
  }

  /** A persistent session's number lives as long as the session, any other's for the reset time. */
  disconnected(clientId: string, number: number, sessionExpirySeconds: number): void {
    const last = this.#versions.get(clientId);
    if (last === undefined || last.number !== number) return;
    const seconds = sessionExpirySeconds > 0 ? sessionExpirySeconds : this.#resetSeconds;
    this.#versions.set(clientId, { number, forgottenAtMs: this.#clock() + seconds * 1000 });
  }
}
