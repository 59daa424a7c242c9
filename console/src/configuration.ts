/** How the page reaches the API, and where operators sign in; read at the start from /config.json. */
export interface Configuration {
  readonly apiUrl: string;
  /** Absent: requests carry no token. */
  readonly auth?: SignInConfiguration;
}

export interface SignInConfiguration {
  /** Its /.well-known/openid-configuration says the rest. */
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
}

/** @throws Error that says what is missing */
export async function readConfiguration(): Promise<Configuration> {
  const response = await fetch('./config.json', { cache: 'no-store' });
  if (!response.ok) throw new Error(`config.json was answered with status ${response.status}.`);
  const value = (await response.json()) as Partial<Configuration>;
  if (typeof value.apiUrl !== 'string') throw new Error('config.json has no apiUrl.');
  const apiUrl = value.apiUrl.replace(/\/+$/, '');
  return value.auth === undefined ? { apiUrl } : { apiUrl, auth: value.auth };
}
