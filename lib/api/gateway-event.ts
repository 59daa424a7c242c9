import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { escapedPath } from './request-path.ts';

/** What an HTTP API hands over (payload format 2.0), as far as it is used. */
export interface GatewayEvent {
  /** Percent-decoded once by the HTTP API. */
  readonly rawPath: string;
  /** As it came. */
  readonly rawQueryString: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: {
    readonly stage?: string;
    readonly http: { readonly method: string };
    readonly authorizer?: {
      readonly iam?: { readonly userArn?: string | null } | null;
      readonly jwt?: { readonly claims?: Readonly<Record<string, unknown>> | null } | null;
    };
  };
}

/** All of a request's headers that mean anything to the session API. */
const HEADERS = ['content-type', 'if-none-match'];

const WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Names no server: nothing of the answer depends on it. */
const ORIGIN = 'https://api.invalid';

/** The request as the session API takes it. */
export function requestOf(event: GatewayEvent): Request {
  const { headers, body, isBase64Encoded = false, requestContext, rawQueryString } = event;
  const { method } = requestContext.http;
  const query = rawQueryString === '' ? '' : `?${rawQueryString}`;
  const url = `${ORIGIN}${escapedPath(event.rawPath, requestContext.stage)}${query}`;
  const hasBody = body !== undefined && !WITHOUT_BODY.has(method);
  return new Request(url, {
    method,
    headers: HEADERS.flatMap((name): [string, string][] => {
      const value = headers[name];
      // A request takes no other characters, and no value with others is valid.
      return value === undefined ? [] : [[name, value.replaceAll(/[^ -~]/g, '?')]];
    }),
    ...(hasBody && { body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') }),
  });
}

/** Who asks: the ARN of an IAM identity, or the subject of a token. The HTTP API has made sure of it. */
export function actorOf({ requestContext: { authorizer } }: GatewayEvent): string | undefined {
  const subject = authorizer?.jwt?.claims?.['sub'];
  const arn = authorizer?.iam?.userArn;
  if (typeof arn === 'string' && arn !== '') return arn;
  return typeof subject === 'string' && subject !== '' ? subject : undefined;
}

/** The answer as an HTTP API takes it. */
export async function resultOf(response: Response): Promise<APIGatewayProxyStructuredResultV2> {
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
    isBase64Encoded: false,
  };
}
