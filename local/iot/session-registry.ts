import type { BrokerSession } from './broker-session.ts';

/** The sessions that exist. One that has expired does not, whenever its removal comes. */
export class SessionRegistry {
  readonly #sessions = new Map<string, BrokerSession>();
  readonly #clock: () => number;
  readonly #onEnd: (session: BrokerSession) => void;

  constructor(clock: () => number, onEnd: (session: BrokerSession) => void) {
    this.#clock = clock;
    this.#onEnd = onEnd;
  }

  add(session: BrokerSession): void {
    this.#sessions.set(session.clientId, session);
  }

  find(clientId: string): BrokerSession | undefined {
    const session = this.#sessions.get(clientId);
    if (session === undefined || !session.hasExpired(this.#clock())) return session;
    this.remove(session);
    return undefined;
  }

  remove(session: BrokerSession): void {
    if (this.#sessions.get(session.clientId) !== session) return;
    this.#sessions.delete(session.clientId);
    session.stop();
    this.#onEnd(session);
  }

  stop(): void {
    for (const session of this.#sessions.values()) session.stop();
    this.#sessions.clear();
  }
}
