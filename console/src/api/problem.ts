/** A part of a request that was refused; `field` is '' where the whole of it is meant. */
export interface FieldError {
  /** A name, or a JSON Pointer into the body: `/subscriptions/0/filter`. */
  readonly field: string;
  readonly message: string;
}

/** Why a request failed: the problem details of the API (RFC 9457), or what stands in for them. */
export class Problem extends Error {
  override readonly name = 'Problem';
  /** 0 when there was no answer at all. */
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly errors: readonly FieldError[];

  constructor(details: {
    status: number;
    code: string;
    title: string;
    detail?: string;
    errors?: readonly FieldError[];
  }) {
    super(details.detail ?? details.title);
    this.status = details.status;
    this.code = details.code;
    this.title = details.title;
    this.errors = details.errors ?? [];
  }
}

/** The problem that an answer tells; gateways before the API answer `{ "message": … }`, or no JSON at all. */
export async function problemOf(response: Response): Promise<Problem> {
  const { status } = response;
  const body = record(await response.json().catch(() => undefined));
  const title = text(body['title']) ?? text(body['message']) ?? `Status ${status}`;
  const detail = text(body['detail']);
  return new Problem({
    status,
    code: text(body['code']) ?? `status.${status}`,
    title,
    ...(detail !== undefined && { detail }),
    errors: Array.isArray(body['errors']) ? body['errors'].map(fieldError) : [],
  });
}

/** Whatever was thrown, as a problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new Problem({ status: 0, code: 'console.failed', title: 'The console could not do this', detail });
}

function fieldError(error: unknown): FieldError {
  const { field, message } = record(error);
  return { field: text(field) ?? '', message: text(message) ?? 'is not as it should be' };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
