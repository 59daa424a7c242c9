import * as z from 'zod';

/** What API Gateway sends to the caller. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

const headerValue = z.union([z.string(), z.number(), z.boolean()]);

const answerSchema = z.object({
  statusCode: z.union([z.number(), z.string().regex(/^\d{3}$/)]),
  headers: z.nullish(z.record(z.string(), headerValue)),
  multiValueHeaders: z.nullish(z.record(z.string(), z.array(headerValue))),
  cookies: z.nullish(z.array(z.string())),
  body: z.nullish(z.string()),
  isBase64Encoded: z.nullish(z.boolean()),
});

export const refusal = (status: number, message: string, headers: Readonly<Record<string, string>> = {}) =>
  answer(status, { 'content-type': 'application/json', ...headers }, JSON.stringify({ message }));

export const INTERNAL_ERROR = refusal(500, 'Internal Server Error');

/**
 * The answer in what a function returned (JSON): format 2.0, or any value without a status, which is then the body.
 * Without a form that API Gateway knows it is an internal error.
 */
export function readAnswer(payload: string): ApiAnswer {
  const value: unknown = payload === '' ? null : JSON.parse(payload);
  if (typeof value !== 'object' || value === null || !('statusCode' in value)) {
    return answer(200, { 'content-type': 'application/json' }, JSON.stringify(value));
  }
  const parsed = answerSchema.safeParse(value);
  if (!parsed.success) return INTERNAL_ERROR;
  const { statusCode, headers, multiValueHeaders, cookies, body, isBase64Encoded } = parsed.data;
  return {
    status: Number(statusCode),
    headers: {
      'content-type': 'text/plain;charset=UTF-8',
      ...lowerCase(headers ?? {}, String),
      ...lowerCase(multiValueHeaders ?? {}, (values) => values.map(String).join(',')),
      ...(cookies && { 'set-cookie': cookies }),
    },
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

function answer(status: number, headers: ApiAnswer['headers'], body: string): ApiAnswer {
  return { status, headers, body: Buffer.from(body) };
}

function lowerCase<Value>(
  headers: Readonly<Record<string, Value>>,
  textOf: (value: Value) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), textOf(value)]),
  );
}
