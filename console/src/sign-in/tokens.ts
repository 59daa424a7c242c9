import * as oauth from 'oauth4webapi';
import type { Provider } from './provider.ts';

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

const KEY = 'mqtt-sessions.tokens';
const DEFAULT_LIFETIME_SECONDS = 300;

/** For this tab only, so that a reload needs no new sign-in; gone when the tab is closed. */
export function storedTokens(): Tokens | undefined {
  const stored = sessionStorage.getItem(KEY);
  return stored === null ? undefined : (JSON.parse(stored) as Tokens);
}

export function storeTokens(tokens: Tokens): void {
  sessionStorage.setItem(KEY, JSON.stringify(tokens));
}

export function forgetTokens(): void {
  sessionStorage.removeItem(KEY);
}

/** Exchanges the refresh token; undefined when the server wants a new sign-in. */
export async function refreshed(provider: Provider, refreshToken: string): Promise<Tokens | undefined> {
  const { server, client, options } = provider;
  const answer = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, options);
  try {
    const tokens = tokensOf(await oauth.processRefreshTokenResponse(server, client, answer));
    // A server that gives no new refresh token lets the old one go on.
    return { refreshToken, ...tokens };
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) return undefined;
    throw error;
  }
}

export function tokensOf(response: oauth.TokenEndpointResponse): Tokens {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: lifetime } = response;
  const expiresAtMs = Date.now() + (lifetime ?? DEFAULT_LIFETIME_SECONDS) * 1_000;
  return { accessToken, expiresAtMs, ...(refreshToken !== undefined && { refreshToken }) };
}
