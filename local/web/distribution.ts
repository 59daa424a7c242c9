import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpApi } from '#local/http-api/http-api';
import { isLike } from '#local/iam/wildcard';
import type { Bucket } from './bucket.ts';
import { changedPath } from './viewer-request.ts';

/** What a distribution does with the paths of a pattern. */
export interface Behavior {
  /** `*` for the default one. */
  readonly pathPattern: string;
  readonly allowedMethods: readonly string[];
  readonly origin: Bucket | HttpApi;
  /** Added to every answer, in place of what the origin says. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of a CloudFront function for requests; undefined if there is none. */
  readonly functionCode: string | undefined;
}

/** A CloudFront distribution without its cache. */
export class Distribution {
  private readonly behaviors: readonly Behavior[];
  private readonly rootObject: string;

  /** The first behavior whose pattern fits is taken. */
  constructor(behaviors: readonly Behavior[], rootObject: string) {
    this.behaviors = behaviors;
    this.rootObject = rootObject;
  }

  /** The APIs that are reached through it. */
  get apis(): readonly HttpApi[] {
    return this.behaviors.flatMap(({ origin }) => ('handle' in origin ? [origin] : []));
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '/', method = '' } = request;
    const [path = '/', ...query] = url.split('?');
    const behavior = this.behaviors.find(({ pathPattern }) => isLike(pathPattern, path));
    if (behavior === undefined || !behavior.allowedMethods.includes(method)) {
      return send(response, 403, 'This distribution does not support the method', behavior?.headers ?? {});
    }
    const { origin, headers, functionCode } = behavior;
    const changed = functionCode === undefined ? path : changedPath(functionCode, method, path);
    if ('handle' in origin) {
      return origin.handle(request, response, [changed, ...query].join('?'), headers);
    }
    this.sendObject(origin, changed, response, headers);
  }

  private sendObject(
    bucket: Bucket,
    path: string,
    response: ServerResponse,
    headers: Behavior['headers'],
  ): void {
    const object = bucket.get(path === '/' ? this.rootObject : decoded(path.slice(1)));
    // S3 tells nobody who may not list a bucket that something is not in it.
    if (object === undefined) {
      send(response, 403, 'Access Denied', headers);
      return;
    }
    response.writeHead(200, {
      'content-type': object.contentType,
      'cache-control': object.cacheControl,
      'content-length': object.content.length,
      ...headers,
    });
    response.end(object.content);
  }
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

function send(response: ServerResponse, status: number, text: string, headers: Behavior['headers']): void {
  response.writeHead(status, { 'content-type': 'text/plain', ...headers });
  response.end(text);
}
