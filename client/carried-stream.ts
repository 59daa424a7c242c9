import { Duplex } from 'node:stream';
import { MAXIMUM_CARRIED_PACKET_BYTES } from '#packets/carrying/carriage';
import { Framing } from '#packets/parsing/framing';
import { CarriedConnection, type CarriedConnectionOptions } from './carried-connection.ts';
import { CarriageError } from './errors.ts';

/** More that waits is written when some of it has gone. */
const HIGH_WATER_BYTES = 256 * 1024;

/** A way to the service, up now or not. */
export interface Link {
  readonly isUp: boolean;
  /** The stream's frames come to it from now on, and it is told when the link goes up and down. */
  attach(stream: CarriedStream): void;
  detach(stream: CarriedStream): void;
  send(frame: Buffer): void;
  /** Something that was sent has not been answered. */
  doubt(): void;
}

/** What MQTT.js takes for a TCP connection: its bytes travel in frames. It waits for the link to be up. */
export class CarriedStream extends Duplex {
  readonly #link: Link;
  readonly #connection: CarriedConnection;
  readonly #framing = new Framing(MAXIMUM_CARRIED_PACKET_BYTES);
  readonly #early: Uint8Array[] = [];
  #whenProgress: (() => void) | undefined;

  constructor(
    link: Link,
    options: Pick<CarriedConnectionOptions, 'clientId' | 'nonce' | 'timing' | 'random'>,
  ) {
    super({ writableHighWaterMark: HIGH_WATER_BYTES });
    this.#link = link;
    this.#connection = new CarriedConnection({
      ...options,
      send: (frame) => {
        if (link.isUp) link.send(frame);
      },
      onPackets: (packets) => this.push(packets),
      onProgress: () => this.#progressed(),
      onEnd: (error) => {
        if (error?.code === 'carriage.unanswered') link.doubt();
        this.#finish(error);
      },
    });
    link.attach(this);
  }

  /** The link is up: the connection can begin. */
  linkUp(): void {
    for (const packet of this.#early.splice(0)) this.#connection.write(packet);
  }

  /** What carried the connection is gone, and the connection with it. */
  linkDown(): void {
    this.destroy();
  }

  receive(...parameters: Parameters<CarriedConnection['receive']>): void {
    this.#connection.receive(...parameters);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error) => void): void {
    const { packets, failure } = this.#framing.push(chunk);
    for (const packet of packets) {
      if (this.#link.isUp) this.#connection.write(packet);
      else this.#early.push(packet);
    }
    if (failure !== undefined) {
      callback(new CarriageError('carriage.packetTooLarge', failure.reason));
      return;
    }
    if (this.#connection.waitingBytes < HIGH_WATER_BYTES) callback();
    else this.#whenProgress = callback;
  }

  override _read(): void {
    // Answers come as they come: MQTT.js takes everything, and the service sends within its Receive Maximum.
  }

  /** What was written last, a DISCONNECT most often, is answered before the stream ends. */
  override _final(callback: () => void): void {
    const end = () => {
      callback();
      this.destroy();
    };
    if (this.#connection.isIdle || !this.#link.isUp) end();
    else this.#whenProgress = () => (this.#connection.isIdle ? end() : this._final(callback));
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#connection.close();
    this.#link.detach(this);
    callback(error);
  }

  #progressed(): void {
    if (this.#connection.waitingBytes >= HIGH_WATER_BYTES) return;
    const whenProgress = this.#whenProgress;
    this.#whenProgress = undefined;
    whenProgress?.();
  }

  /** What has come is read first, as from a socket that the other side has closed. */
  #finish(error?: Error): void {
    if (error !== undefined) {
      this.destroy(error);
      return;
    }
    this.once('end', () => this.destroy());
    this.push(null);
  }
}
