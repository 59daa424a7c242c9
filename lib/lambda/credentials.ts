/*
 * Stands for @aws-sdk/credential-provider-node in the bundles. Lambda gives a function the credentials of its role
 * in its environment, so what looks for them in profiles, metadata services and sign-on portals is left out.
 */

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What the clients of the SDK ask for their credentials, by this name. */
export function defaultProvider(): () => Promise<Credentials> {
  return async () => {
    const accessKeyId = process.env['AWS_ACCESS_KEY_ID'];
    const secretAccessKey = process.env['AWS_SECRET_ACCESS_KEY'];
    const sessionToken = process.env['AWS_SESSION_TOKEN'];
    if (accessKeyId === undefined || secretAccessKey === undefined) {
      throw new Error(
        'The environment has no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; Lambda sets both from the role of the function',
      );
    }
    return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  };
}
