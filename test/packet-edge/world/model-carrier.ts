import type { PacketsRequest, PacketsResponse, Signal } from '#packets/carrying/exchange';
import type { Link } from './link.ts';
import type { Time } from './time.ts';

export interface CarrierSurroundings {
  readonly time: Time;
  readonly packets: (request: PacketsRequest) => Promise<PacketsResponse>;
  /** After so long it is asked again, though nobody knows what has become of the first request. */
  readonly timeoutMs: number;
  readonly retryMs: () => number;
  readonly newConnectionId: () => string;
}

/** A listener's process: hands on what its connections bring, as lib/packets/carrying/exchange.ts has it. */
export class ModelCarrier {
  readonly address: string;
  readonly #surroundings: CarrierSurroundings;
  readonly #connections = new Map<string, CarrierConnection>();
  isDead = false;

  constructor(address: string, surroundings: CarrierSurroundings) {
    this.address = address;
    this.#surroundings = surroundings;
  }

  accept(link: Link): void {
    const connection = new CarrierConnection(this, this.#surroundings, link);
    this.#connections.set(connection.id, connection);
  }

  signal(signal: Signal): void {
    if (this.isDead) return;
    const connection = this.#connections.get(signal.connectionId);
    if (signal.kind === 'look') connection?.lookFor(signal.filters);
    else connection?.takenOver();
  }

  forget(connectionId: string): void {
    this.#connections.delete(connectionId);
  }

  /** Connections that were accepted, as far as it knows, and have not ended. */
  get connectionIds(): readonly string[] {
    return [...this.#connections.values()].filter(({ isAccepted }) => isAccepted).map(({ id }) => id);
  }

  /** The process is gone: nobody says goodbye, nothing is handed on any more. */
  kill(): void {
    this.isDead = true;
    for (const { link } of this.#connections.values()) link.end(undefined);
    this.#connections.clear();
  }
}

class CarrierConnection {
  readonly id: string;
  readonly link: Link;
  readonly #carrier: ModelCarrier;
  readonly #surroundings: CarrierSurroundings;
  #context: PacketsRequest['context'];
  #pending: PacketsRequest['packets'][number][] = [];
  #look: PacketsRequest['look'];
  #closed: PacketsRequest['closed'];
  #lastReceivedAtMs = 0;
  #isRunning = false;
  #isKnown = false;
  #isOver = false;

  constructor(carrier: ModelCarrier, surroundings: CarrierSurroundings, link: Link) {
    this.id = surroundings.newConnectionId();
    this.link = link;
    this.#carrier = carrier;
    this.#surroundings = surroundings;
    link.attach('up', {
      received: (packet) => this.#received(packet),
      ended: () => this.#ended(),
    });
  }

  get isAccepted(): boolean {
    return this.#context !== undefined;
  }

  lookFor(filters: readonly string[] | undefined): void {
    const before = this.#look;
    if (filters === undefined || (before !== undefined && before.filters === undefined)) this.#look = {};
    else this.#look = { filters: [...new Set([...(before?.filters ?? []), ...filters])] };
    this.#wake();
  }

  takenOver(): void {
    this.#isOver = true;
    this.#carrier.forget(this.id);
    this.link.close('down');
  }

  #received(packet: Uint8Array): void {
    const nowMs = this.#surroundings.time.clock();
    this.#lastReceivedAtMs = Math.max(nowMs, this.#lastReceivedAtMs + 1);
    const data = Buffer.from(packet).toString('base64');
    this.#pending.push({ data, receivedAtMs: this.#lastReceivedAtMs });
    this.#wake();
  }

  #ended(): void {
    this.#closed ??= { reason: 'CONNECTION_LOST', atMs: this.#surroundings.time.clock() };
    this.#wake();
  }

  #wake(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run();
  }

  async #run(): Promise<void> {
    for (let request = this.#next(); request !== undefined; request = this.#next()) {
      const answer = await this.#persist(request);
      if (answer === undefined) break;
      this.#answered(answer, request);
    }
    this.#isRunning = false;
  }

  #next(): PacketsRequest | undefined {
    if (this.#isOver || this.#carrier.isDead) return undefined;
    const connection = {
      id: this.id,
      carrier: { kind: 'listener' as const, address: this.#carrier.address },
    };
    const base = { connection, ...(this.#context && { context: this.#context }) };
    const packets = this.#pending.splice(0);
    if (this.#closed !== undefined) {
      if (packets.length > 0) return { ...base, packets };
      return this.#isKnown ? { ...base, packets, closed: this.#closed } : undefined;
    }
    const look = this.#context === undefined ? undefined : this.#look;
    if (packets.length === 0 && look === undefined) return undefined;
    if (look !== undefined) this.#look = undefined;
    return { ...base, packets, ...(look && { look }) };
  }

  /** The same request until it is answered. */
  async #persist(request: PacketsRequest): Promise<PacketsResponse | undefined> {
    const { time, packets, timeoutMs, retryMs } = this.#surroundings;
    this.#isKnown = true;
    for (;;) {
      const answer = packets(request).catch(() => 'failed' as const);
      const result = await Promise.race([answer, time.sleep(timeoutMs).then(() => 'failed' as const)]);
      if (this.#isOver || this.#carrier.isDead) return undefined;
      if (result !== 'failed') return result;
      await time.sleep(retryMs());
      if (this.#isOver || this.#carrier.isDead) return undefined;
    }
  }

  #answered(
    { packets, context, close, signals = [], lookAfterMs }: PacketsResponse,
    request: PacketsRequest,
  ) {
    for (const signal of signals) this.#carrier.signal(signal);
    this.#context = context ?? this.#context;
    for (const packet of packets) this.link.send('down', Buffer.from(packet, 'base64'));
    if (lookAfterMs !== undefined && this.#closed === undefined) {
      const { time } = this.#surroundings;
      time.at(time.clock() + lookAfterMs, () => this.lookFor(undefined));
    }
    if (!close && request.closed === undefined) return;
    this.#isOver = true;
    this.#carrier.forget(this.id);
    this.link.close('down');
  }
}
