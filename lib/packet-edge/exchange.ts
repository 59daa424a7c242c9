import { isDeepStrictEqual } from 'node:util';
import type { ConnectionContext, PacketsRequest, PacketsResponse, Signal } from '#packets/carrying/exchange';
import { generateFor, type Receiver } from '#packets/generating/generate-for';
import type { ServerPacket } from '#packets/types';
import { addDrops, type Drops, NO_DROPS } from '#session/delivery/drops';
import type { Flow } from '#session/flow/flow';
import type { PacketEdgeDependencies } from './dependencies.ts';
import { FlowContendedError, TakenOverError } from './errors.ts';
import { ExchangeRouter } from './exchange-router.ts';
import { ANSWER_BYTES } from './limits.ts';
import { type LoadedFlow, loadFlow } from './load-flow.ts';

/** One request of a carrier while it is handled, and the answer as it grows. */
export class Exchange {
  readonly request: PacketsRequest;
  readonly dependencies: PacketEdgeDependencies & { readonly router: ExchangeRouter };
  readonly signals: Signal[] = [];
  /** Filters of which something waits for this very connection; 'all' after a return. */
  wanted: Set<string> | 'all' | undefined;
  isClosed = false;
  #lookAfterMs: number | undefined;
  #context: ConnectionContext | undefined;
  #receiver: Receiver;
  #packets: ServerPacket[] = [];
  #messageBytes = 0;
  #signalBytes = 0;
  #loaded: LoadedFlow | undefined;
  #flow: Flow | undefined;
  #drops: Drops = NO_DROPS;

  constructor(request: PacketsRequest, dependencies: PacketEdgeDependencies) {
    this.request = request;
    this.dependencies = { ...dependencies, router: new ExchangeRouter(dependencies.router) };
    this.#context = request.context;
    this.#receiver = request.context ?? { protocolVersion: 5 };
  }

  get connectionId(): string {
    return this.request.connection.id;
  }

  /** Absent until CONNECT was accepted. */
  get context(): ConnectionContext | undefined {
    return this.#context;
  }

  get protocolVersion(): 4 | 5 {
    return this.#receiver.protocolVersion;
  }

  /** What answers a CONNECT that is refused is in the client's own version, and as large as it takes. */
  speakTo(receiver: Receiver): void {
    this.#receiver = receiver;
  }

  /** The connection stands. */
  open(context: ConnectionContext): void {
    this.#context = context;
    this.#receiver = context;
  }

  change(context: ConnectionContext): void {
    this.#context = context;
  }

  reply(...packets: readonly ServerPacket[]): void {
    this.#packets.push(...packets);
  }

  /** A message goes with the answer. */
  replyMessage(packet: ServerPacket, bytes: number): void {
    this.reply(packet);
    this.#messageBytes += bytes;
  }

  /** The answer takes no further message: the carrier is to ask for it. */
  get isFull(): boolean {
    return this.#messageBytes >= ANSWER_BYTES;
  }

  /** A signal for another connection of the same listener goes with the answer; false: that has no room for it. */
  takesSignal(signal: Signal): boolean {
    if (this.#signalBytes >= ANSWER_BYTES) return false;
    this.#signalBytes += Buffer.byteLength(JSON.stringify(signal));
    this.signals.push(signal);
    return true;
  }

  /** Nothing of this connection is handled or sent any more. */
  close(): void {
    this.isClosed = true;
  }

  /** What was not delivered; told to the session once the flow that says so is written. */
  drop(drops: Drops): void {
    this.#drops = addDrops(this.#drops, drops);
  }

  get drops(): Drops {
    return this.#drops;
  }

  want(filters: 'all' | readonly string[]): void {
    if (this.wanted === 'all') return;
    this.wanted = filters === 'all' ? 'all' : new Set([...(this.wanted ?? []), ...filters]);
  }

  /** Nothing of this connection is appended before it: what came earlier was late. [MQTT-4.6.0-5] */
  get appendNotBeforeMs(): number | undefined {
    const appendedAtMs = this.#context?.appendedAtMs;
    return appendedAtMs === undefined ? undefined : appendedAtMs + 1;
  }

  /** A message of the connection has been appended, if anywhere. */
  noteAppended(receivedAtMs: number, appendedAtMs: number | undefined): void {
    if (this.#context === undefined || appendedAtMs === undefined) return;
    const { appendedAtMs: _, ...context } = this.#context;
    this.#context = appendedAtMs > receivedAtMs ? { ...context, appendedAtMs } : context;
  }

  /** The carrier is to ask again after so long. */
  lookAgain(afterMs: number): void {
    this.#lookAfterMs = Math.min(this.#lookAfterMs ?? afterMs, afterMs);
  }

  /** The client's flow with what this exchange has done to it so far. */
  async flow(): Promise<Flow> {
    if (this.#flow !== undefined) return this.#flow;
    if (this.#context === undefined) throw new Error('A flow belongs to a connection that stands');
    this.#loaded ??= await loadFlow(this.#context, this.connectionId, this.dependencies);
    if (this.#loaded.outcome === 'takenOver') throw new TakenOverError(`${this.connectionId} was taken over`);
    this.#flow = this.#loaded.flow;
    return this.#flow;
  }

  /** To be written with the answer; whoever sends packets that it speaks of sends them afterwards. */
  setFlow(flow: Flow): void {
    this.#flow = flow;
  }

  /** The flow as it has been written meanwhile, together with what it was written with. */
  savedFlow(flow: Flow): void {
    this.#flow = flow;
    this.#loaded = { outcome: 'loaded', flow, stored: flow };
  }

  /** Whether anything here has asked for the flow. */
  get hasLoadedFlow(): boolean {
    return this.#flow !== undefined;
  }

  /**
   * Whether the flow has to be written before the answer. A request that is done again, which sends again what was
   * sent, leaves it as it is: however many instances are asked, none overtakes the others.
   */
  get hasChangedFlow(): boolean {
    if (this.#loaded?.outcome !== 'loaded' || this.#flow === this.#loaded.flow) return false;
    return !isDeepStrictEqual(this.#flow, this.#loaded.stored);
  }

  get storedRevision(): number | undefined {
    return this.#loaded?.outcome === 'loaded' ? this.#loaded.stored?.revision : undefined;
  }

  /** Writes the flow if this exchange has changed it: before any packet of the answer is sent. */
  async save(): Promise<void> {
    if (this.#flow === undefined || !this.hasChangedFlow) return;
    const result = await this.dependencies.flows.write(this.#flow, this.storedRevision);
    if (!result.written) throw new FlowContendedError('Another instance wrote the flow first');
    this.savedFlow(result.flow);
  }

  response(): PacketsResponse {
    const packets = this.#packets.flatMap((packet) => {
      // [MQTT-3.1.2-24]
      const bytes = generateFor(packet, this.#receiver);
      if (bytes === undefined) return [];
      return [Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')];
    });
    const flowRevision = this.#flow?.revision ?? this.#context?.flowRevision;
    return {
      packets,
      ...(this.#context !== undefined && {
        context: { ...this.#context, ...(flowRevision !== undefined && { flowRevision }) },
      }),
      ...(this.isClosed && { close: true as const }),
      ...(this.signals.length > 0 && { signals: this.signals }),
      ...(this.#lookAfterMs !== undefined && !this.isClosed && { lookAfterMs: this.#lookAfterMs }),
    };
  }
}
