import { type RecordedWrite, readWrite } from '#edge/records/record-history';
import type { SessionConfiguration } from '#session/configuration/session-configuration';
import type { Session } from '#session/session';
import type { SessionStore } from '#store/sessions/sessions';

/** What the stream of the Sessions table would tell: every write that took effect, in order. */
export class RecordedWrites {
  readonly #configuration: SessionConfiguration;
  readonly #known = new Map<string, Session>();
  #writes: RecordedWrite[] = [];
  #count = 0;

  constructor(configuration: SessionConfiguration) {
    this.#configuration = configuration;
  }

  /** The store, with its writes recorded. */
  of(sessions: SessionStore): SessionStore {
    return {
      ...sessions,
      write: async (session, expectedRevision) => {
        const write = await sessions.write(session, expectedRevision);
        if (write.written) this.#note(session.clientId, session, false);
        return write;
      },
    };
  }

  /** TTL removes the session. */
  expire(clientId: string): void {
    this.#note(clientId, undefined, true);
  }

  /** Those since the last time. */
  take(): readonly RecordedWrite[] {
    const taken = this.#writes;
    this.#writes = [];
    return taken;
  }

  #note(clientId: string, after: Session | undefined, removedByTimeToLive: boolean): void {
    const before = this.#known.get(clientId);
    if (after === undefined) this.#known.delete(clientId);
    else this.#known.set(clientId, after);
    this.#count += 1;
    const write = { before, after, removedByTimeToLive, recordedAtMs: 0 };
    const read = readWrite(`${clientId} ${this.#count}`, write, this.#configuration);
    if (read !== undefined) this.#writes.push(read);
  }
}
