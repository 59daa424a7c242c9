import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { LINGER_MS, type Transport, type TransportObserver } from './transport.ts';

/** The network between forgets silent connections after minutes (a Network Load Balancer after 350 s). */
const KEEP_ALIVE_PROBE_MS = 60_000;

/** MQTT straight over TCP or TLS. */
export class SocketTransport implements Transport {
  readonly remoteAddress: string | undefined;
  readonly principal: string | undefined;
  private readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket;
    this.remoteAddress = addressOf(socket);
    this.principal = principalOf(socket);
    tune(socket);
  }

  observe(observer: TransportObserver): void {
    this.socket.on('data', (bytes) => observer.received(bytes));
    this.socket.on('drain', () => observer.drained());
    // What goes wrong ends the socket; why makes no difference to the session.
    this.socket.on('error', ignore);
    this.socket.on('close', () => observer.closed());
  }

  get unwrittenBytes(): number {
    return this.socket.writableLength;
  }

  get isFull(): boolean {
    return this.socket.writableNeedDrain;
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  end(): void {
    this.socket.end();
    this.socket.resume();
    setTimeout(() => this.socket.destroy(), LINGER_MS).unref();
  }

  destroy(): void {
    this.socket.destroy();
  }
}

export function tune(socket: Socket): void {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_PROBE_MS);
}

/** An IPv4 address is shown as one, although the socket is of IPv6. */
export function addressOf({ remoteAddress }: Socket): string | undefined {
  return remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, '');
}

export function principalOf(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const { fingerprint256 } = socket.getPeerCertificate();
  return fingerprint256?.replaceAll(':', '').toLowerCase();
}

function ignore(): void {}
