import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP link between a client and the broker that can go dead without either end being told. */
export class SilentLink {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private dead = false;

  private constructor(target: URL) {
    this.server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      this.join(near, far);
      this.join(far, near);
    });
  }

  /** @example const link = await SilentLink.to(fleet.cloud.endpoints.mqtt) */
  static async to(url: string): Promise<SilentLink> {
    const link = new SilentLink(new URL(url));
    link.server.listen(0, '127.0.0.1');
    await once(link.server, 'listening');
    return link;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** From now on every byte, and every end, is lost. */
  goDead(): void {
    this.dead = true;
  }

  /** Both ends are told; the next connection is let through. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private join(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('data', (bytes) => {
      if (!this.dead) to.write(bytes);
    });
    from.on('close', () => {
      if (!this.dead) to.destroy();
    });
    from.on('error', () => undefined);
  }
}
