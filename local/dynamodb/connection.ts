import { setTimeout as delay } from 'node:timers/promises';
import { LocalCloudError } from '#local/errors';

/** DynamoDB's own form of an item: `{ "clientId": { "S": "…" } }`; binary is base64. */
export type AttributeMap = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A refusal of DynamoDB, named as its API names it. */
export class DynamoDbRefusal extends Error {
  override readonly name = 'DynamoDbRefusal';
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/**
 * Calls DynamoDB in its own JSON, without an SDK: what streams and items hold is handed on as it came.
 * DynamoDB Local asks for a signature and does not check it.
 */
export class DynamoDbConnection {
  readonly endpoint: string;
  private readonly authorization: string;

  constructor(endpoint: string, region: string) {
    this.endpoint = endpoint;
    this.authorization = `AWS4-HMAC-SHA256 Credential=local/20260101/${region}/dynamodb/aws4_request, SignedHeaders=host, Signature=local`;
  }

  /** @throws DynamoDbRefusal with what DynamoDB answered */
  async call<Answer>(operation: string, request: object): Promise<Answer> {
    return this.post<Answer>(`DynamoDB_20120810.${operation}`, request);
  }

  /** @throws DynamoDbRefusal with what DynamoDB Streams answered */
  async callStreams<Answer>(operation: string, request: object): Promise<Answer> {
    return this.post<Answer>(`DynamoDBStreams_20120810.${operation}`, request);
  }

  /** @throws LocalCloudError if nothing answers at the endpoint */
  async check(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.call('ListTables', { Limit: 1 });
        return;
      } catch (cause) {
        if (attempt < 3) await delay(200);
        else {
          throw new LocalCloudError(
            'dynamodb.unreachable',
            `No DynamoDB Local answers at ${this.endpoint}; start one there, or leave --dynamodb-endpoint out.`,
            { cause },
          );
        }
      }
    }
  }

  private async post<Answer>(target: string, request: object): Promise<Answer> {
    const response = await fetch(this.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': target,
        authorization: this.authorization,
      },
      body: JSON.stringify(request),
    });
    const answer = (await response.json()) as { readonly __type?: string; readonly message?: string };
    if (response.ok) return answer as Answer;
    throw new DynamoDbRefusal(answer.__type?.split('#').at(-1) ?? 'Unknown', answer.message ?? '');
  }
}
