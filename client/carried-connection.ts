import {
  connectionIdOf,
  type DownFrame,
  encodeUp,
  MAXIMUM_CARRIED_PACKET_BYTES,
} from '#packets/carrying/carriage';
import { AnswerParts } from './answer-parts.ts';
import { CarriageError } from './errors.ts';
import type { CarriageTiming } from './timing.ts';

/** A frame holds no more packets: each takes a millisecond of receive time. */
const MAXIMUM_PACKETS = 100;
/** The first byte of PINGREQ. */
const PINGREQ = 0xc0;
const NOTHING = new Uint8Array();
const EVERYTHING = new Uint8Array();

export interface CarriedConnectionOptions {
  readonly clientId: string;
  /** A new random UUID. */
  readonly nonce: string;
  readonly timing: CarriageTiming;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Sends a frame up. It may be lost, come twice, and be overtaken. */
  readonly send: (frame: Buffer) => void;
  /** Whole control packets for the client, in order. */
  readonly onPackets: (packets: Uint8Array) => void;
  /** Some of what was written has been taken into a frame, or was answered. */
  readonly onProgress: () => void;
  /** Once, unless it is closed from this side; without an error when the service ends it after an answer. */
  readonly onEnd: (error?: CarriageError) => void;
}

interface Sent {
  readonly sequence: number;
  readonly bytes: Buffer;
  readonly parts: AnswerParts;
  resends: number;
}

/**
 * One MQTT connection in frames. Its next frame is sent when the one before was answered, with everything that
 * came meanwhile; a frame without an answer is sent again as it was. So the service can tell what comes twice,
 * and what is lost ends the connection, as it ends one over TCP: MQTT knows how to go on from there.
 */
export class CarriedConnection {
  readonly id: string;
  readonly #options: CarriedConnectionOptions;
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #look: Uint8Array | undefined;
  #sequence = 0;
  #sent: Sent | undefined;
  #hasEnded = false;
  #isScheduled = false;
  #resendTimer: NodeJS.Timeout | undefined;
  #limitTimer: NodeJS.Timeout | undefined;
  #lookTimer: NodeJS.Timeout | undefined;

  constructor(options: CarriedConnectionOptions) {
    this.#options = options;
    this.id = connectionIdOf(options.clientId, options.nonce);
  }

  /** Bytes that no frame has taken yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Nothing waits and everything is answered. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#sent === undefined;
  }

  /** One whole control packet, not larger than can be carried. */
  write(packet: Uint8Array): void {
    this.#waiting.push(packet);
    this.#waitingBytes += packet.length;
    // It goes to the service anyway, and so finds what a lost signal has named.
    if (packet[0] === PINGREQ) this.#want(EVERYTHING);
    this.#schedule();
  }

  receive(frame: DownFrame): void {
    if (this.#hasEnded || frame.connection !== this.id) return;
    if (frame.kind === 'signal') this.#signalled(frame);
    else if (frame.sequence === this.#sent?.sequence) this.#answered(this.#sent, frame);
  }

  /** Ends it from this side, and says so as far as that is possible. */
  close(): void {
    if (this.#hasEnded) return;
    this.#stop();
    // The service knows of no connection whose first frame was not sent.
    if (this.#sequence === 0) return;
    const end = { connection: this.id, sequence: this.#sequence, kind: 'close', packets: NOTHING } as const;
    this.#options.send(encodeUp(end));
  }

  /** Once a turn, so that what a client writes at once goes into one frame. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#sendNext();
    });
  }

  #sendNext(): void {
    if (this.#hasEnded || this.#sent !== undefined) return;
    const isFirst = this.#sequence === 0;
    if (this.#waiting.length === 0 && (this.#look === undefined || isFirst)) return;
    const packets = this.#takeWaiting();
    const bytes = encodeUp({
      connection: isFirst ? this.#options.nonce : this.id,
      sequence: this.#sequence,
      kind: isFirst ? 'open' : 'packets',
      ...(this.#look !== undefined && { look: this.#look }),
      packets,
    });
    this.#look = undefined;
    this.#sent = { sequence: this.#sequence, bytes, parts: new AnswerParts(), resends: 0 };
    this.#sequence += 1;
    this.#endAfter(this.#options.timing.answerWithinMs);
    this.#send(this.#sent);
    this.#options.onProgress();
  }

  #takeWaiting(): Uint8Array {
    let count = 0;
    let bytes = 0;
    for (const packet of this.#waiting) {
      if (count === MAXIMUM_PACKETS || bytes + packet.length > MAXIMUM_CARRIED_PACKET_BYTES) break;
      count += 1;
      bytes += packet.length;
    }
    this.#waitingBytes -= bytes;
    // The header has room for an empty question.
    if (bytes + (this.#look?.length ?? 0) > MAXIMUM_CARRIED_PACKET_BYTES) this.#look = EVERYTHING;
    return Buffer.concat(this.#waiting.splice(0, count));
  }

  #send(sent: Sent): void {
    const { timing, random, send } = this.#options;
    send(sent.bytes);
    const afterMs = timing.resendAfterMs * 2 ** sent.resends * (0.75 + random() / 2);
    sent.resends += 1;
    this.#resendTimer = setTimeout(() => this.#send(sent), afterMs);
  }

  #answered(sent: Sent, frame: DownFrame): void {
    clearTimeout(this.#resendTimer);
    this.#endAfter(this.#options.timing.nextPartWithinMs);
    for (const part of sent.parts.add(frame)) {
      if (part.packets.length > 0) this.#options.onPackets(part.packets);
      if (this.#hasEnded) return;
      if (part.isLast) this.#completed(part);
    }
  }

  #completed({ close, lookAfterMs }: DownFrame): void {
    clearTimeout(this.#limitTimer);
    this.#sent = undefined;
    if (close) {
      this.#end();
      return;
    }
    if (lookAfterMs !== undefined) {
      clearTimeout(this.#lookTimer);
      this.#lookTimer = setTimeout(() => this.#want(EVERYTHING), lookAfterMs);
    }
    this.#options.onProgress();
    this.#schedule();
  }

  #signalled(frame: DownFrame): void {
    if (frame.look !== undefined) {
      this.#want(frame.look);
      return;
    }
    if (frame.packets.length > 0) this.#options.onPackets(frame.packets);
    if (frame.close && !this.#hasEnded) this.#end(CarriageError.closed(frame.reasonCode));
  }

  /** Two different questions are one for everything. */
  #want(look: Uint8Array): void {
    const isSame = this.#look !== undefined && Buffer.compare(this.#look, look) === 0;
    this.#look = this.#look === undefined || isSame ? look : EVERYTHING;
    this.#schedule();
  }

  #endAfter(milliseconds: number): void {
    clearTimeout(this.#limitTimer);
    this.#limitTimer = setTimeout(() => {
      this.close();
      this.#options.onEnd(CarriageError.unanswered(milliseconds));
    }, milliseconds);
  }

  #end(error?: CarriageError): void {
    this.#stop();
    this.#options.onEnd(error);
  }

  #stop(): void {
    this.#hasEnded = true;
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    for (const timer of [this.#resendTimer, this.#limitTimer, this.#lookTimer]) clearTimeout(timer);
  }
}
