import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('../../console', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface SiteConfiguration {
  readonly apiUrl: string;
  readonly auth?: { readonly issuer: string; readonly clientId: string; readonly scopes: readonly string[] };
}

/** The built console behind headers as strict as those of CloudFront, with Trusted Types on top. */
export class ConsoleSite {
  private readonly folder: string;
  private readonly server: Server;
  private readonly configuration: SiteConfiguration;

  private constructor(folder: string, configuration: SiteConfiguration) {
    this.folder = folder;
    this.configuration = configuration;
    this.server = createServer((request, response) => void this.serve(request.url ?? '/', response));
  }

  static async start(configuration: SiteConfiguration): Promise<ConsoleSite> {
    const site = new ConsoleSite(await builtConsole(), configuration);
    site.server.listen(0, '127.0.0.1');
    await once(site.server, 'listening');
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await rm(this.folder, { recursive: true });
  }

  private async serve(address: string, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(address, 'http://site');
    if (pathname === '/config.json') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.configuration));
      return;
    }
    const file = pathname === '/' ? '/index.html' : pathname;
    const bytes = await readFile(join(this.folder, file)).catch(() => undefined);
    if (bytes === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': this.policy(),
      'x-content-type-options': 'nosniff',
    });
    response.end(bytes);
  }

  private policy(): string {
    const { apiUrl, auth } = this.configuration;
    return [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      `connect-src 'self' ${apiUrl} ${auth?.issuer ?? ''}`.trim(),
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; ');
  }
}

/** Builds the console into a folder of its own, in a fraction of a second. */
export async function builtConsole(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'console-'));
  await build({ root: ROOT, configFile: join(ROOT, 'vite.config.ts'), logLevel: 'error', build: { outDir } });
  return outDir;
}
