import * as oauth from 'oauth4webapi';
import type { SignInConfiguration } from '../configuration.ts';

/** The authorization server, this page as its client, and what both need in every request. */
export interface Provider {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly scope: string;
  /** Where the server sends the operator back to; it must know it beforehand. */
  readonly redirectUri: string;
  readonly options: { readonly [oauth.allowInsecureRequests]?: boolean };
}

/** @throws Error if the issuer says nothing of itself, or says it wrongly */
export async function discover({ issuer, clientId, scopes }: SignInConfiguration): Promise<Provider> {
  const address = new URL(issuer);
  // Without TLS only on this very machine, where nobody listens in between.
  const isLocal = address.protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(address.hostname);
  const options = isLocal ? { [oauth.allowInsecureRequests]: true } : {};
  const answer = await oauth.discoveryRequest(address, options);
  return {
    server: await oauth.processDiscoveryResponse(address, answer),
    client: { client_id: clientId },
    scope: scopes.join(' '),
    redirectUri: `${location.origin}${location.pathname}`,
    options,
  };
}
