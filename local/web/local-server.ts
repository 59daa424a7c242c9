import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listen } from '#local/listen';

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A port of this machine at which an HTTP API or a distribution answers. */
export class LocalServer {
  readonly url: string;
  private readonly server: Server;

  private constructor(server: Server, port: number) {
    this.server = server;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** @throws LocalCloudError if something else listens there */
  static async start(port: number, flag: string, answer: Answer): Promise<LocalServer> {
    const server = createServer((request, response) => {
      answer(request, response).catch(() => response.destroy());
    });
    return new LocalServer(server, await listen(server, port, flag));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
