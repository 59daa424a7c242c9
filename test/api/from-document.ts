import fc from 'fast-check';
import type { openApiDocument } from '#api/document';
import { hostileText, hostileValue } from './hostile.ts';

type Document = ReturnType<typeof openApiDocument>;

/** As much of JSON Schema as the document uses. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
}

/** A request with the operation that it is meant for. */
export interface DocumentedRequest {
  readonly operationId: string;
  readonly path: string;
  readonly init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
  };
  /** A cursor that another answer gave is put into the query. */
  readonly wantsCursor: boolean;
}

/** Values that there is something behind, by the name of a parameter or property. */
export type Known = Readonly<Record<string, readonly string[]>>;

const TIMES = ['2026-11-25T12:00:00Z', '2026-11-26T12:00:00.123Z', '2020-01-01T00:00:00.000Z'];

/** Requests to the operations of the document: most as they should be, many wrong in one place. */
export function requestsOf(document: Document, known: Known): fc.Arbitrary<DocumentedRequest> {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation: operation as unknown as Operation,
    })),
  );
  const valueFor = (name: string, schema: Schema): fc.Arbitrary<unknown> => {
    const resolved = schema.$ref === undefined ? schema : component(document, schema.$ref);
    const plain = plainValue(name, resolved);
    return fc.oneof({ arbitrary: plain, weight: 12 }, { arbitrary: hostileValue, weight: 1 });
  };

  function plainValue(name: string, schema: Schema): fc.Arbitrary<unknown> {
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    if (schema.format === 'date-time') return fc.constantFrom(...TIMES);
    switch (schema.type) {
      case 'integer':
        return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1_000, 0xffffffff) });
      case 'boolean':
        return fc.boolean();
      case 'array':
        return fc.array(valueFor(name, schema.items ?? {}), { maxLength: Math.min(schema.maxItems ?? 3, 3) });
      case 'object':
        return objectOf(schema);
      default:
        return fc.oneof(fc.constantFrom(...(known[name] ?? ['a'])), hostileText);
    }
  }

  function objectOf({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
    const fields = Object.entries(properties).map(([name, schema]) => [name, valueFor(name, schema)]);
    const object: fc.Arbitrary<object> = fc.record(Object.fromEntries(fields), {
      requiredKeys: required as never[],
    });
    const extended = fc.tuple(object, fc.constantFrom({}, {}, {}, {}, { extra: 1 }));
    return extended.map(([plain, more]) => ({ ...plain, ...more }));
  }

  return fc.constantFrom(...operations).chain(({ path, method, operation }) => {
    const { operationId, parameters = [], requestBody } = operation;
    const values = parameters.map((parameter) =>
      fc.tuple(
        fc.constant(parameter),
        valueFor(parameter.name, parameter.schema),
        fc.nat({ max: parameter.required ? 12 : 2 }),
      ),
    );
    const body = requestBody && valueFor('body', requestBody.content['application/json'].schema);
    return fc
      .record({
        values: fc.tuple(...values),
        body: body ?? fc.constant(undefined),
        isRaw: fc.nat({ max: 20 }),
        encoding: fc.constantFrom('percent', 'percent', 'base64url', 'raw'),
        more: fc.constantFrom('', '', '', '', '', 'colour=red', '%E0%A4%A=%', '&&=&'),
        type: fc.constantFrom(
          'application/json',
          'application/json',
          'application/json; charset=utf-8',
          'text/plain',
        ),
        wantsCursor: fc.boolean(),
      })
      .map(({ values: given, body: sent, isRaw, encoding, more, type, wantsCursor }): DocumentedRequest => {
        let filled = path;
        const query: string[] = more === '' ? [] : [more];
        const headers: Record<string, string> = sent === undefined ? {} : { 'content-type': type };
        for (const [parameter, value, left] of given) {
          const text = typeof value === 'string' ? value : String(JSON.stringify(value));
          if (parameter.in === 'path')
            filled = filled.replace(`{${parameter.name}}`, () => segment(text, encoding));
          else if (left === 0 || parameter.name === 'cursor') continue;
          else if (parameter.in === 'header')
            headers[parameter.name] =
              typeof value === 'string' && /^[!-~]+$/.test(value) ? value : encoded(text);
          else query.push(`${parameter.name}=${encoded(text)}`);
        }
        const search = query.length === 0 ? '' : `?${query.join('&')}`;
        return {
          operationId,
          path: `${filled}${search}`,
          init: {
            method,
            headers,
            ...(sent !== undefined && { body: isRaw === 0 ? '{"' : JSON.stringify(sent) }),
          },
          wantsCursor,
        };
      });
  });
}

function component({ components }: Document, reference: string): Schema {
  const name = reference.replace('#/components/schemas/', '');
  const schemas: Readonly<Record<string, unknown>> = components?.schemas ?? {};
  return (schemas[name] ?? {}) as Schema;
}

const encoded = (text: string) => encodeURIComponent(Buffer.from(text).toString());

function segment(text: string, encoding: 'percent' | 'base64url' | 'raw'): string {
  if (encoding === 'base64url') return `~${Buffer.from(text).toString('base64url')}`;
  return encoding === 'percent' ? encoded(text) : text.replaceAll(/[^\w%~.:/-]/g, '');
}
