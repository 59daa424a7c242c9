import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LambdaFunction } from '#local/lambda/lambda-function';
import type { Environment } from '#local/template/template';
import { type ApiAnswer, INTERNAL_ERROR, readAnswer, refusal } from './api-answer.ts';
import { type AuthorizationOptions, authorize } from './authorization.ts';
import { type Cors, corsHeaders, isPreflight, preflightHeaders } from './cors.ts';
import type { TokenVerifier } from './json-web-token.ts';
import { readLimited } from './limited-body.ts';
import { requestEvent } from './request-event.ts';
import { type RequestTarget, readTarget } from './request-target.ts';
import { type MatchedRoute, matchRoute, type Route } from './route.ts';

export interface HttpApiOptions {
  readonly apiId: string;
  readonly cors: Cors | undefined;
  readonly environment: Environment;
  readonly authorization: AuthorizationOptions;
  readonly functionOf: (functionArn: string) => LambdaFunction;
}

/** Quotas of HTTP APIs, and of Lambda for what a function answers, in bytes. */
const MAXIMUM_HEADER_BYTES = 10_240;
const MAXIMUM_BODY_BYTES = 10 * 1024 * 1024;
const MAXIMUM_PAYLOAD_BYTES = 6 * 1024 * 1024;

/** An API Gateway HTTP API: finds the route, checks who calls, and asks the function behind it. */
export class HttpApi {
  readonly options: HttpApiOptions;
  private readonly routes: Route[] = [];
  private readonly verifiers = new Map<string, TokenVerifier>();

  constructor(options: HttpApiOptions) {
    this.options = options;
  }

  addRoute(route: Route): void {
    this.routes.push(route);
  }

  addAuthorizer(authorizerId: string, verifier: TokenVerifier): void {
    this.verifiers.set(authorizerId, verifier);
  }

  /** Answers a request; `url` is its path and query, which a distribution in front may have changed. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    url: string = request.url ?? '/',
    added: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const requestId = randomUUID();
    const answer = await this.answer(request, url, requestId).catch(() => INTERNAL_ERROR);
    const cors = this.options.cors === undefined ? {} : corsHeaders(this.options.cors, request.headers);
    response.writeHead(answer.status, {
      ...answer.headers,
      ...cors,
      'content-length': answer.body.length,
      'apigw-requestid': requestId,
      ...added,
    });
    response.end(answer.body);
    // A body that nobody read must not hold up the connection.
    request.resume();
  }

  private async answer(request: IncomingMessage, url: string, requestId: string): Promise<ApiAnswer> {
    const { method = '', headers } = request;
    const { cors } = this.options;
    if (headerBytes(request, url) > MAXIMUM_HEADER_BYTES) {
      return refusal(431, 'Request Header Fields Too Large');
    }
    const target = readTarget(url);
    if (target === undefined) return refusal(400, 'Bad Request');
    if (cors !== undefined && isPreflight(method, headers)) {
      return { status: 204, headers: preflightHeaders(cors, headers), body: Buffer.alloc(0) };
    }
    const match = matchRoute(this.routes, method, target.rawPath);
    if (match === undefined) return refusal(404, 'Not Found');
    return this.pass(request, { url, target, match, requestId });
  }

  private async pass(
    request: IncomingMessage,
    {
      url,
      target,
      match,
      requestId,
    }: { url: string; target: RequestTarget; match: MatchedRoute; requestId: string },
  ): Promise<ApiAnswer> {
    const { apiId, environment, authorization } = this.options;
    const { method = '', headers, httpVersion } = request;
    const { region, accountId } = environment;
    const resource = `arn:aws:execute-api:${region}:${accountId}:${apiId}/$default/${method}${target.rawPath}`;
    const body = await readLimited(request, MAXIMUM_BODY_BYTES);
    if (body === undefined) return refusal(413, 'Request Entity Too Large');
    const authorized = await authorize(
      { route: match.route, request: { method, url, headers, body }, resource },
      authorization,
      (id) => this.verifiers.get(id),
    );
    if (!authorized.allowed) return authorized.answer;
    const sourceIp = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const event = requestEvent(
      { method, target, headers, httpVersion, sourceIp, body },
      { apiId, environment, requestId, receivedAtMs: Date.now(), match, authorizer: authorized.authorizer },
    );
    return this.invoke(match.route, event);
  }

  private async invoke({ functionArn, timeoutMs }: Route, event: object): Promise<ApiAnswer> {
    const invocation = this.options.functionOf(functionArn).invoke(JSON.stringify(event));
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), timeoutMs);
    });
    const outcome = await Promise.race([invocation, timeout]);
    clearTimeout(timer);
    if (outcome === undefined) return refusal(503, 'Service Unavailable');
    if (!outcome.succeeded || Buffer.byteLength(outcome.payload) > MAXIMUM_PAYLOAD_BYTES)
      return INTERNAL_ERROR;
    return readAnswer(outcome.payload);
  }
}

/** The request line and the values of all headers together. */
function headerBytes({ method = '', rawHeaders }: IncomingMessage, url: string): number {
  const values = rawHeaders.filter((_, index) => index % 2 === 1);
  return [method, url, ...values].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
