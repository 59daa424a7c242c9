import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import { addressOf, principalOf, tune } from './socket-transport.ts';
import { LINGER_MS, type Transport, type TransportObserver } from './transport.ts';

/** RFC 6455 section 7.4.1. */
const NORMAL_CLOSURE = 1000;
const UNSUPPORTED_DATA = 1003;

/** MQTT in binary WebSocket frames, whose limits mean nothing. [MQTT-6.0.0-2] */
export class WebSocketTransport implements Transport {
  readonly remoteAddress: string | undefined;
  readonly principal: string | undefined;
  private readonly webSocket: WebSocket;
  private readonly socket: Socket;

  constructor(webSocket: WebSocket, socket: Socket) {
    this.webSocket = webSocket;
    this.socket = socket;
    this.remoteAddress = addressOf(socket);
    this.principal = principalOf(socket);
    tune(socket);
  }

  observe(observer: TransportObserver): void {
    this.webSocket.on('message', (data: RawData, isBinary: boolean) => {
      if (isBinary) {
        // Frames come as one buffer, because `binaryType` is left as it is.
        if (data instanceof Buffer) observer.received(data);
        return;
      }
      // [MQTT-6.0.0-1]
      this.webSocket.close(UNSUPPORTED_DATA);
      observer.violated();
    });
    this.socket.on('drain', () => observer.drained());
    // What goes wrong ends it; why makes no difference to the session.
    this.webSocket.on('error', ignore);
    this.webSocket.on('close', () => observer.closed());
  }

  get unwrittenBytes(): number {
    return this.webSocket.bufferedAmount;
  }

  get isFull(): boolean {
    return this.socket.writableNeedDrain;
  }

  write(bytes: Uint8Array): void {
    this.webSocket.send(bytes);
  }

  pause(): void {
    this.webSocket.pause();
  }

  resume(): void {
    this.webSocket.resume();
  }

  end(): void {
    this.webSocket.resume();
    this.webSocket.close(NORMAL_CLOSURE);
    setTimeout(() => this.webSocket.terminate(), LINGER_MS).unref();
  }

  destroy(): void {
    this.webSocket.terminate();
  }
}

function ignore(): void {}
