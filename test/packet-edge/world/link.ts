import type { Time } from './time.ts';

export type Direction = 'up' | 'down';

/** Where a network connection ends: each packet can be the last that arrives. */
export interface Cut {
  readonly direction: Direction;
  /** So many packets arrive that way. */
  readonly packets: number;
  /** At once when the last one has arrived, or when the next one is under way, which is lost. */
  readonly when: 'arrived' | 'next';
  /** How long the carrier takes to notice; undefined: it does not, until it is told. */
  readonly noticedMs: number | undefined;
  /** The carrier's process dies with it, and with that all its other connections. */
  readonly kills?: true;
}

export interface LinkEnd {
  readonly received: (packet: Uint8Array) => void;
  readonly ended: () => void;
}

/** A network connection between a client and a carrier: in order, whole packets, until it is cut. */
export class Link {
  readonly #time: Time;
  readonly #latencyMs: () => number;
  readonly #cut: Cut | undefined;
  readonly #onCut: (cut: Cut) => void;
  readonly #ends: Partial<Record<Direction, LinkEnd>> = {};
  /** Packets, each way. */
  readonly arrived = { up: 0, down: 0 };
  readonly #arrivesAtMs = { up: 0, down: 0 };
  isOpen = true;

  constructor(
    time: Time,
    latencyMs: () => number,
    cut: Cut | undefined,
    onCut: (cut: Cut) => void = () => undefined,
  ) {
    this.#time = time;
    this.#latencyMs = latencyMs;
    this.#cut = cut;
    this.#onCut = onCut;
  }

  /** @param direction in which packets come to this end */
  attach(direction: Direction, end: LinkEnd): void {
    this.#ends[direction] = end;
  }

  send(direction: Direction, packet: Uint8Array): void {
    if (!this.isOpen) return;
    const atMs = Math.max(this.#arrivesAtMs[direction], this.#time.clock() + this.#latencyMs());
    this.#arrivesAtMs[direction] = atMs;
    this.#time.at(atMs, () => this.#arrive(direction, packet));
  }

  /** One end closes the connection; what it has sent before still arrives. */
  close(direction: Direction): void {
    const atMs = Math.max(this.#arrivesAtMs[direction], this.#time.clock());
    this.#time.at(atMs, () => this.end(0));
  }

  /** Ends for both sides; the carrier may take longer to notice, or never does. */
  end(noticedMs: number | undefined): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#ends.down?.ended();
    if (noticedMs !== undefined) this.#time.at(this.#time.clock() + noticedMs, () => this.#ends.up?.ended());
  }

  #arrive(direction: Direction, packet: Uint8Array): void {
    if (!this.isOpen) return;
    const cut = this.#cut?.direction === direction ? this.#cut : undefined;
    if (cut?.when === 'next' && this.arrived[direction] === cut.packets) {
      this.#end(cut);
      return;
    }
    this.arrived[direction] += 1;
    this.#ends[direction]?.received(packet);
    if (cut?.when === 'arrived' && this.arrived[direction] === cut.packets) this.#end(cut);
  }

  #end(cut: Cut): void {
    this.end(cut.noticedMs);
    this.#onCut(cut);
  }
}
