import { SQSClient } from '@aws-sdk/client-sqs';

export interface Signing {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly service?: string;
  readonly region?: string;
  readonly atMs?: number;
}

/** A request for fetch() that the SDK's own signer has signed. */
export async function signedRequest(
  address: string,
  { method, body }: { readonly method: string; readonly body?: string },
  signing: Signing,
): Promise<Request> {
  const {
    accessKeyId,
    secretAccessKey,
    service = 'execute-api',
    region = 'us-east-1',
    atMs = Date.now(),
  } = signing;
  const client = new SQSClient({
    region,
    credentials: { accessKeyId, secretAccessKey },
  });
  const { protocol, hostname, host, port, pathname, searchParams } = new URL(address);
  const signer = await client.config.signer({
    name: 'sigv4',
    signingName: service,
    signingRegion: region,
    properties: {},
  });
  const { headers } = await signer.sign(
    {
      method,
      protocol,
      hostname,
      port: Number(port),
      path: pathname,
      query: Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)])),
      headers: { host },
      ...(body !== undefined && { body }),
    },
    { signingDate: new Date(atMs) },
  );
  return new Request(address, { method, headers, ...(body !== undefined && { body }) });
}
