import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import * as z from 'zod';

/** What an HTTP API checks of a token. */
export interface JwtConfiguration {
  readonly issuer: string;
  readonly audience: readonly string[];
}

export type TokenCheck =
  | {
      readonly valid: true;
      readonly claims: Readonly<Record<string, unknown>>;
      readonly scopes: readonly string[];
    }
  | { readonly valid: false; readonly problem: string };

/** As API Gateway waits for an issuer, in milliseconds. */
const ISSUER_TIMEOUT_MS = 1500;

/** API Gateway takes signatures by RSA alone. */
const DIGESTS: Readonly<Record<string, string>> = { RS256: 'sha256', RS384: 'sha384', RS512: 'sha512' };

const headerSchema = z.object({ alg: z.string(), kid: z.optional(z.string()) });
const claimsSchema = z.looseObject({
  iss: z.string(),
  exp: z.number(),
  nbf: z.optional(z.number()),
  iat: z.optional(z.number()),
  aud: z.optional(z.union([z.string(), z.array(z.string())])),
  client_id: z.optional(z.string()),
  scope: z.optional(z.string()),
  scp: z.optional(z.union([z.string(), z.array(z.string())])),
});
const discoverySchema = z.object({ jwks_uri: z.string() });
const keysSchema = z.object({
  keys: z.array(z.looseObject({ kid: z.optional(z.string()), kty: z.string() })),
});

type Claims = z.infer<typeof claimsSchema>;

/** Checks tokens as a JWT authorizer does: signature, issuer, audience and time. */
export class TokenVerifier {
  private readonly configuration: JwtConfiguration;
  private keys: z.infer<typeof keysSchema>['keys'] = [];

  constructor(configuration: JwtConfiguration) {
    this.configuration = configuration;
  }

  async check(token: string, nowMs: number = Date.now()): Promise<TokenCheck> {
    const [header = '', payload = '', signature = '', ...more] = token.split('.');
    const head = headerSchema.safeParse(jsonIn(header));
    const claims = claimsSchema.safeParse(jsonIn(payload));
    if (!head.success || !claims.success || more.length > 0) return invalid('the token is not a JWT');
    const digest = DIGESTS[head.data.alg];
    if (digest === undefined) return invalid(`the algorithm ${head.data.alg} is not allowed`);
    const problem = this.problemOf(claims.data, nowMs / 1000);
    if (problem !== undefined) return invalid(problem);
    const key = await this.keyFor(head.data.kid);
    if (key === undefined) return invalid('the issuer has no key that made the token');
    const signed = verify(
      digest,
      Buffer.from(`${header}.${payload}`),
      createPublicKey({ key: key as JsonWebKey, format: 'jwk' }),
      Buffer.from(signature, 'base64url'),
    );
    if (!signed) return invalid('the signature is wrong');
    return { valid: true, claims: claims.data, scopes: scopesIn(claims.data) };
  }

  private problemOf(claims: Claims, nowSeconds: number): string | undefined {
    const { issuer, audience } = this.configuration;
    if (claims.iss !== issuer) return 'the token is of another issuer';
    const recipients = [claims.aud ?? claims.client_id ?? []].flat();
    if (!recipients.some((each) => audience.includes(each)))
      return 'the token does not have a valid audience';
    if (claims.exp <= nowSeconds) return 'the token has expired';
    if ((claims.nbf ?? 0) > nowSeconds || (claims.iat ?? 0) > nowSeconds) return 'the token is of the future';
    return undefined;
  }

  /** Keys are asked for again when a token names one that is not known. */
  private async keyFor(kid: string | undefined) {
    const find = () => this.keys.find((key) => key.kid === kid);
    if (find() === undefined) this.keys = await issuerKeys(this.configuration.issuer).catch(() => []);
    return find();
  }
}

async function issuerKeys(issuer: string) {
  const { jwks_uri } = discoverySchema.parse(
    await fetched(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`),
  );
  return keysSchema.parse(await fetched(jwks_uri)).keys;
}

async function fetched(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ISSUER_TIMEOUT_MS) });
  return response.json();
}

function scopesIn({ scope, scp }: Claims): readonly string[] {
  return (scope === undefined ? [scp ?? []].flat() : [scope]).flatMap((each) => each.split(' '));
}

function jsonIn(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return undefined;
  }
}

function invalid(problem: string): TokenCheck {
  return { valid: false, problem };
}
