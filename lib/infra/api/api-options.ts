/** Who issues the tokens that callers of the session API bring. */
export interface JwtIssuer {
  /** The `iss` of the tokens, an address at which `/.well-known/openid-configuration` is found. */
  readonly issuer: string;

  /** Allowed values of the `aud` (or `client_id`) of the tokens; one must match. */
  readonly audience: readonly string[];

  /**
   * The scope that a token needs to read.
   *
   * @default 'mqtt-sessions/read'
   */
  readonly readScope?: string;

  /**
   * The scope that a token needs to change anything.
   *
   * @default 'mqtt-sessions/write'
   */
  readonly writeScope?: string;
}

export interface ApiOptions {
  /**
   * Callers bring a token of this issuer, instead of signing their requests with AWS credentials.
   *
   * @default - AWS_IAM: requests are signed (Signature Version 4), and policies say who may read and who may write
   */
  readonly jwt?: JwtIssuer;

  /**
   * Origins of pages, such as `https://fleet.example.com`, that may call the API from a browser.
   *
   * @default - none: the console reaches the API at its own origin
   */
  readonly corsOrigins?: readonly string[];

  /**
   * Requests a second for each HTTP method, over all callers; more are answered with 429.
   *
   * @default 50
   */
  readonly rateLimit?: number;

  /**
   * Requests at once for each HTTP method, over all callers; more are answered with 429.
   *
   * @default 100
   */
  readonly burstLimit?: number;
}

export const DEFAULT_SCOPES = { resource: 'mqtt-sessions', read: 'read', write: 'write' } as const;

export function scopesOf({ readScope, writeScope }: Pick<JwtIssuer, 'readScope' | 'writeScope'> = {}) {
  const { resource, read, write } = DEFAULT_SCOPES;
  return { read: readScope ?? `${resource}/${read}`, write: writeScope ?? `${resource}/${write}` };
}
