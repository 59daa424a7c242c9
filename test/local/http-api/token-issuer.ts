import { createSign, generateKeyPairSync } from 'node:crypto';
import { LocalServer } from '#local/web/local-server';

/** An OpenID Connect issuer on this machine that signs whatever it is told to. */
export class TokenIssuer {
  private readonly server: LocalServer;
  private readonly keys = generateKeyPairSync('rsa', { modulusLength: 2048 });

  private constructor(server: LocalServer) {
    this.server = server;
  }

  static async start(): Promise<TokenIssuer> {
    let issuer: TokenIssuer | undefined;
    const server = await LocalServer.start(0, '', async (request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(issuer?.documentAt(request.url)));
    });
    issuer = new TokenIssuer(server);
    return issuer;
  }

  get url(): string {
    return this.server.url;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  token(claims: Readonly<Record<string, unknown>>, header: object = { alg: 'RS256', kid: 'one' }): string {
    const exp = Math.floor(Date.now() / 1000) + 60;
    const signed = [header, { iss: this.url, sub: 'operator-1', exp, ...claims }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = createSign('sha256').update(signed).sign(this.keys.privateKey, 'base64url');
    return `${signed}.${signature}`;
  }

  private documentAt(path: string | undefined): object {
    if (path !== '/keys') return { issuer: this.url, jwks_uri: `${this.url}/keys` };
    return { keys: [{ ...this.keys.publicKey.export({ format: 'jwk' }), kid: 'one' }] };
  }
}
