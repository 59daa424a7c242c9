import { ClassicLevel } from 'classic-level';
import type { IPublishPacket, IStore } from 'mqtt';
import { SessionStoreError } from './errors.ts';
import { type Kept, KeptPackets } from './kept-packets.ts';
import { type MessageIdProvider, MessageIds } from './message-ids.ts';
import { createPacketStore, type Done } from './packet-store.ts';
import { decodeStored, type KeptPacket } from './stored-packet.ts';
import { type Database, type Operation, WriteQueue } from './write-queue.ts';

/** A PUBLISH of QoS 2 as MQTT.js hands it to the application. */
export interface ReceivedPublish extends IPublishPacket {
  /**
   * Rises with every message that is received. When the process ends between handing a message over and
   * knowing that, the message is handed over once more, with the same number.
   */
  readonly receiptNumber: number;
}

const CLIENT_KEY = 'client';
const NUMBER_KEY = 'number';

/** Of an error of LevelDB. */
const DAMAGED = 'LEVEL_CORRUPTION';

/**
 * The client's half of one session, on disk: QoS 1 and QoS 2 messages sent and not completely acknowledged, QoS 2
 * messages received and not completely acknowledged.
 */
export class SessionStore {
  readonly outgoingStore: IStore;
  readonly incomingStore: IStore;
  readonly messageIdProvider: MessageIdProvider;
  readonly #database: Database;
  readonly #queue: WriteQueue;
  readonly #outgoing = new KeptPackets('o');
  readonly #incoming = new KeptPackets('i');
  #clientId: string | undefined;
  #lastNumber = 0;
  /** Which connection stands, 0: none. */
  #connection = 0;
  #connections = 0;
  #onFailure: (error: SessionStoreError) => void = () => {};

  private constructor(database: Database) {
    this.#database = database;
    this.#queue = new WriteQueue(database, (error) => this.#onFailure(error));
    this.outgoingStore = createPacketStore(this.#outgoing, this.#queue, this.#putOutgoing.bind(this));
    this.incomingStore = createPacketStore(this.#incoming, this.#queue, this.#putIncoming.bind(this));
    this.messageIdProvider = new MessageIds((messageId) => this.#outgoing.get(messageId) !== undefined);
  }

  /** @throws SessionStoreError if the directory cannot be used, is damaged, or another process uses it */
  static async open(directory: string): Promise<SessionStore> {
    const database: Database = new ClassicLevel(directory, { valueEncoding: 'buffer' });
    try {
      await database.open();
      const store = new SessionStore(database);
      for await (const [key, value] of database.iterator()) store.#load(key, value);
      return store;
    } catch (cause) {
      await database.close();
      throw cause instanceof SessionStoreError ? cause : cannotOpen(directory, cause);
    }
  }

  /** Whose session it holds; undefined before the first connection. */
  get clientId(): string | undefined {
    return this.#clientId;
  }

  /** What belongs to the session: what was never sent does not. */
  get held(): { readonly outgoing: readonly KeptPacket[]; readonly incoming: readonly KeptPacket[] } {
    const sent = this.#outgoing.all().filter(({ isSent }) => isSent);
    return {
      outgoing: sent.map(({ packet }) => packet),
      incoming: this.#incoming.all().map(({ packet }) => packet),
    };
  }

  /** A connection was accepted: what is stored from now on is sent as well. */
  connected(clientId: string): void {
    this.#connections += 1;
    this.#connection = this.#connections;
    if (this.#clientId === clientId) return;
    this.#clientId = clientId;
    this.#queue.write([{ type: 'put', key: CLIENT_KEY, value: Buffer.from(clientId) }]);
  }

  disconnected(): void {
    this.#connection = 0;
  }

  /**
   * The server holds no session: what belongs to it is dropped, or what it did not acknowledge becomes new. What
   * was never sent stays as it is.
   */
  sessionLost(outcome: 'discard' | 'resend'): void {
    const sent = this.#outgoing.all().filter(({ isSent }) => isSent);
    // The server had it when it sent PUBREC: sent anew it would be there twice.
    const isNew = ({ packet }: Kept) => outcome === 'resend' && packet.cmd === 'publish';
    this.#queue.write([
      ...this.#incoming.all().map((kept) => this.#incoming.remove(kept)),
      ...sent.map((kept) =>
        isNew(kept) ? this.#outgoing.set({ ...kept, isSent: false }) : this.#outgoing.remove(kept),
      ),
    ]);
  }

  /** Called once if the disk fails; from then on nothing is sent or acknowledged that would have to be kept. */
  onFailure(listener: (error: SessionStoreError) => void): void {
    this.#onFailure = listener;
  }

  /** Everything is on the disk, and another process can use it. */
  async close(): Promise<void> {
    await this.#queue.idle();
    await this.#database.close();
  }

  #load(key: string, value: Buffer): void {
    if (key === CLIENT_KEY) this.#clientId = value.toString();
    if (key === NUMBER_KEY) this.#lastNumber = Math.max(this.#lastNumber, Number(value.toString()));
    for (const packets of [this.#outgoing, this.#incoming]) {
      const number = packets.numberIn(key);
      if (number === undefined) continue;
      const kept = { ...decodeStored(key, value), number };
      packets.set(packets === this.#incoming ? withReceipt(kept) : kept);
      this.#lastNumber = Math.max(this.#lastNumber, number);
    }
  }

  #putOutgoing(packet: KeptPacket, done: Done): void {
    const connection = this.#connection;
    const known = this.#outgoing.get(packet.messageId);
    const number = known?.number ?? this.#nextNumber();
    const isSent = connection !== 0 || known?.isSent === true;
    this.#queue.write([this.#outgoing.set({ packet, number, isSent })], (error) => {
      const hasReconnected = this.#connection !== 0 && this.#connection !== connection;
      // MQTT.js sends it when it is told so; on a new connection it has its place among what is sent again.
      if (connection === 0 || !hasReconnected) done(error);
    });
  }

  #putIncoming(packet: KeptPacket, done: Done): void {
    const known = this.#incoming.get(packet.messageId);
    // Sent again before its PUBREL it is the same message.
    const isKnown = known !== undefined && packet.cmd === 'publish' && packet.dup;
    const kept = { packet, number: isKnown ? known.number : this.#nextNumber(), isSent: false };
    const operations: Operation[] = [
      ...(known === undefined || isKnown ? [] : [this.#incoming.remove(known)]),
      this.#incoming.set(withReceipt(kept)),
      // Numbers rise also when everything has been taken and the process begins anew.
      { type: 'put', key: NUMBER_KEY, value: Buffer.from(String(this.#lastNumber)) },
    ];
    // MQTT.js does not look at the error, and its PUBREC would promise what is not kept. [MQTT-4.3.3-8]
    this.#queue.write(operations, (error) => {
      if (error === undefined) done();
    });
  }

  #nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }
}

/** An error of the database says why in its cause, or is that itself. */
function cannotOpen(directory: string, cause: unknown): SessionStoreError {
  const why = cause instanceof Error ? (cause.cause ?? cause) : cause;
  const isDamaged = why instanceof Error && 'code' in why && why.code === DAMAGED;
  const message = isDamaged
    ? `The session state in ${directory} is damaged (${why.message}); remove the directory to begin anew, with a new session: what was not acknowledged is lost`
    : `The session state in ${directory} cannot be opened; is it a directory that no other process uses?`;
  return new SessionStoreError(message, { cause });
}

function withReceipt(kept: Kept): Kept {
  return { ...kept, packet: Object.assign(kept.packet, { receiptNumber: kept.number }) };
}

/**
 * Opens the session state in a directory, which is made if it is not there: one directory a client identifier.
 *
 * @example const session = await createSessionStore('/var/lib/my-device/session');
 */
export function createSessionStore(directory: string): Promise<SessionStore> {
  return SessionStore.open(directory);
}
