import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { AwsApiError, readBody, send } from '#local/aws/http';

export interface DynamoDbProxyOptions {
  readonly endpoint: string;
  /** The name of the exception to answer with instead; undefined = let it through. */
  readonly throttle?: (operation: string, caller: string | undefined) => string | undefined;
  /** Told before the caller gets its answer. */
  readonly observe?: (request: DynamoDbRequest) => void;
}

export interface DynamoDbRequest {
  readonly operation: string;
  readonly body: Buffer;
  /** The function that calls, by its construct, such as `deliver`; undefined for other programs. */
  readonly caller: string | undefined;
}

/** SDKs say the application's id in their user agent; functions get theirs from the environment. */
const APPLICATION_ID = /\bapp\/(\S+)/;

/** Headers of one hop, which are not handed on. */
const HOP_HEADERS = ['connection', 'keep-alive', 'transfer-encoding', 'host', 'content-length'];

/** Hands requests to DynamoDB Local as they come, so that throttling can be put in between. */
export class DynamoDbProxy {
  private readonly options: DynamoDbProxyOptions;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(options: DynamoDbProxyOptions) {
    this.options = options;
  }

  /** @throws AwsApiError where it throttles */
  async handle(
    target: string,
    incoming: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): Promise<void> {
    const operation = target.slice(target.indexOf('.') + 1);
    const caller = APPLICATION_ID.exec(incoming.headers['user-agent'] ?? '')?.[1];
    const throttled = this.options.throttle?.(operation, caller);
    if (throttled !== undefined) {
      throw new AwsApiError(
        400,
        `com.amazonaws.dynamodb.v20120810#${throttled}`,
        'The local cloud was told to throttle this request (--chaos)',
      );
    }
    const answer = await this.forward(incoming, body);
    if (answer.status === 200) this.options.observe?.({ operation, body, caller });
    send(response, answer.status, answer.body, answer.headers);
  }

  stop(): void {
    this.agent.destroy();
  }

  private forward(
    incoming: IncomingMessage,
    body: Buffer,
  ): Promise<{ readonly status: number; readonly headers: Record<string, string>; readonly body: Buffer }> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        this.options.endpoint,
        {
          method: 'POST',
          agent: this.agent,
          headers: { ...signedAsOne(endToEnd(incoming.headers)), 'content-length': body.length },
        },
        (answer) => {
          readBody(answer).then(
            (received) =>
              resolve({
                status: answer.statusCode ?? 500,
                headers: endToEnd(answer.headers),
                body: received,
              }),
            reject,
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}

/** A DynamoDB Local that is not told to share keeps the tables of every access key apart; it checks no signature. */
function signedAsOne({ authorization, ...headers }: Record<string, string>): Record<string, string> {
  if (authorization === undefined) return headers;
  return { ...headers, authorization: authorization.replace(/\bCredential=[^/,]+/, 'Credential=local') };
}

function endToEnd(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !HOP_HEADERS.includes(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}
