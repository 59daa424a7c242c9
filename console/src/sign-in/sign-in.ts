import * as oauth from 'oauth4webapi';
import type { Credentials } from '../api/transport.ts';
import type { SignInConfiguration } from '../configuration.ts';
import { arrive, leave } from './authorization-code.ts';
import { discover, type Provider } from './provider.ts';
import { forgetTokens, refreshed, storedTokens, storeTokens, type Tokens } from './tokens.ts';

export interface SignedIn extends Credentials {
  signOut(): void;
}

/** A token that is this near to its end is exchanged before it is used. */
const REFRESH_BEFORE_MS = 30_000;

/** Who is signed in; 'leaving' when the browser is on its way to the authorization server. */
export async function signIn(configuration: SignInConfiguration): Promise<SignedIn | 'leaving'> {
  const provider = await discover(configuration);
  const tokens = (await arrive(provider)) ?? storedTokens();
  if (tokens === undefined) {
    await leave(provider);
    return 'leaving';
  }
  storeTokens(tokens);
  return signedIn(provider);
}

function signedIn(provider: Provider): SignedIn {
  let refreshing: Promise<Tokens | undefined> | undefined;

  const validTokens = async (): Promise<Tokens | undefined> => {
    const tokens = storedTokens();
    if (tokens === undefined || tokens.expiresAtMs - REFRESH_BEFORE_MS > Date.now()) return tokens;
    if (tokens.refreshToken === undefined) return undefined;
    // Many requests may find the same token old; it is exchanged once.
    refreshing ??= refreshed(provider, tokens.refreshToken).finally(() => {
      refreshing = undefined;
    });
    const fresh = await refreshing;
    if (fresh === undefined) forgetTokens();
    else storeTokens(fresh);
    return fresh;
  };

  return {
    authorization: async () => {
      const tokens = await validTokens();
      if (tokens !== undefined) return `Bearer ${tokens.accessToken}`;
      await leave(provider);
      // The page is being left: nothing more is asked in its name.
      return new Promise(() => {});
    },
    refused: forgetTokens,
    signOut: () => void signOut(provider),
  };
}

async function signOut({ server, client, redirectUri, options }: Provider): Promise<void> {
  const refreshToken = storedTokens()?.refreshToken;
  forgetTokens();
  if (refreshToken !== undefined && server.revocation_endpoint !== undefined) {
    // Best effort: the tab has forgotten it in any case.
    await oauth.revocationRequest(server, client, oauth.None(), refreshToken, options).catch(() => {});
  }
  const address = new URL(server.end_session_endpoint ?? redirectUri);
  if (server.end_session_endpoint !== undefined) {
    address.searchParams.set('client_id', client.client_id);
    address.searchParams.set('post_logout_redirect_uri', redirectUri);
    // Amazon Cognito's own name for the same.
    address.searchParams.set('logout_uri', redirectUri);
  }
  location.assign(address);
}
