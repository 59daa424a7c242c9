import * as oauth from 'oauth4webapi';
import type { Provider } from './provider.ts';
import { type Tokens, tokensOf } from './tokens.ts';

/** What must be known again when the operator comes back from the authorization server. */
interface Departure {
  readonly state: string;
  readonly codeVerifier: string;
  /** The page that was asked for. */
  readonly hash: string;
}

const KEY = 'mqtt-sessions.departure';

/** Sends the operator to the authorization server, with PKCE. The page is left. */
export async function leave({ server, client, scope, redirectUri }: Provider): Promise<void> {
  if (server.authorization_endpoint === undefined) {
    throw new Error(`${server.issuer} has no authorization endpoint.`);
  }
  const codeVerifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const departure: Departure = { state, codeVerifier, hash: location.hash };
  sessionStorage.setItem(KEY, JSON.stringify(departure));
  const address = new URL(server.authorization_endpoint);
  const parameters = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  location.assign(address);
}

/**
 * The tokens, when this page was opened by the authorization server's answer; undefined when it was not.
 *
 * @throws Error if the answer is a refusal, or belongs to no departure of this tab
 */
export async function arrive(provider: Provider): Promise<Tokens | undefined> {
  const address = new URL(location.href);
  if (!address.searchParams.has('code') && !address.searchParams.has('error')) return undefined;
  const stored = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  const departure = stored === null ? undefined : (JSON.parse(stored) as Departure);
  // The code is used up; out of the address before anything can fail.
  history.replaceState(null, '', `${location.pathname}${departure?.hash ?? location.hash}`);
  if (departure === undefined) return undefined;
  const { server, client, redirectUri, options } = provider;
  const { state, codeVerifier } = departure;
  const parameters = oauth.validateAuthResponse(server, client, address, state);
  const answer = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    redirectUri,
    codeVerifier,
    options,
  );
  return tokensOf(await oauth.processAuthorizationCodeResponse(server, client, answer));
}
