export interface ConsoleOptions {
  /**
   * The console's client identifier at the issuer of `api.jwt`, with this console's address allowed for redirects.
   *
   * @default - none: without `api.jwt` the console has an Amazon Cognito user pool of its own; with it this must be given
   */
  readonly clientId?: string;

  /**
   * Origins beside the issuer's own with which the page talks while its users sign in, such as that of the token
   * endpoint.
   *
   * @default - none
   */
  readonly signInOrigins?: readonly string[];

  /**
   * The first part of the address of Cognito's sign-in page, which no other account of the Region may have.
   *
   * @default - one made from the stack's id
   */
  readonly domainPrefix?: string;

  /**
   * A folder with built files, for a page of one's own.
   *
   * @default - the console of this package, which is built when the app is synthesized
   */
  readonly directory?: string;
}
