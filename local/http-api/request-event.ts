import type { IncomingHttpHeaders } from 'node:http';
import type { Environment } from '#local/template/template';
import { queryParameters, type RequestTarget } from './request-target.ts';
import type { MatchedRoute } from './route.ts';

/** Who calls, as the authorizer of the route found out. */
export type AuthorizerContext =
  | {
      readonly iam: {
        readonly accessKey: string;
        readonly accountId: string;
        readonly callerId: string;
        readonly cognitoIdentity: null;
        readonly principalOrgId: null;
        readonly userArn: string;
        readonly userId: string;
      };
    }
  | {
      readonly jwt: {
        readonly claims: Readonly<Record<string, string>>;
        readonly scopes: readonly string[] | null;
      };
    };

export interface ApiRequest {
  readonly method: string;
  readonly target: RequestTarget;
  readonly headers: IncomingHttpHeaders;
  readonly httpVersion: string;
  readonly sourceIp: string;
  readonly body: Buffer;
}

export interface RequestContext {
  readonly apiId: string;
  readonly environment: Environment;
  readonly requestId: string;
  readonly receivedAtMs: number;
  readonly match: MatchedRoute;
  readonly authorizer: AuthorizerContext | undefined;
}

/** Bodies of other types are handed on in base64. */
const TEXT_TYPES = /^(text\/.+|application\/(json|javascript|xml))$/;

/** What a function behind an HTTP API gets: payload format 2.0. */
export function requestEvent(request: ApiRequest, context: RequestContext): object {
  const { method, target, headers, body } = request;
  const { apiId, environment, match, requestId, receivedAtMs } = context;
  const { rawPath, rawQueryString } = target;
  const { routeKey } = match.route;
  const cookies = headers.cookie?.split(/;\s*/);
  const queryStringParameters = queryParameters(rawQueryString);
  const isText = TEXT_TYPES.test(headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '');
  const domainName = `${apiId}.execute-api.${environment.region}.amazonaws.com`;
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookies !== undefined && { cookies }),
    headers: eventHeaders(request, requestId),
    ...(queryStringParameters !== undefined && { queryStringParameters }),
    requestContext: {
      accountId: environment.accountId,
      apiId,
      ...(context.authorizer !== undefined && { authorizer: context.authorizer }),
      domainName,
      domainPrefix: apiId,
      http: {
        method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey,
      stage: '$default',
      time: commonLogTime(receivedAtMs),
      timeEpoch: receivedAtMs,
    },
    ...(Object.keys(match.pathParameters).length > 0 && { pathParameters: match.pathParameters }),
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** All names in lower case; values of a header that comes more than once are joined by commas. */
function eventHeaders({ headers, sourceIp }: ApiRequest, requestId: string): Record<string, string> {
  const { cookie: _, connection: __, ...others } = headers;
  return {
    ...Object.fromEntries(
      Object.entries(others).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, [value].flat().join(',')]],
      ),
    ),
    'x-amzn-trace-id': `Root=1-${requestId}`,
    'x-forwarded-for': [headers['x-forwarded-for'] ?? [], sourceIp].flat().join(', '),
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  };
}

/** Such as `25/Nov/2026:17:20:05 +0000`. */
function commonLogTime(atMs: number): string {
  const [, day, month, year, time] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(new Date(atMs).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
