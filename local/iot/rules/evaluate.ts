import { callFunction, type RuleContext } from './functions.ts';
import type { Comparison, Expression, Selection, Statement } from './statement.ts';

/** What a rule's actions get. */
export type Result =
  /** A JSON value, for every action. */
  | { outcome: 'value'; value: unknown }
  /** `SELECT *` of a payload that is not JSON: only actions that carry bytes can use it. */
  | { outcome: 'bytes'; bytes: Buffer };

export type Evaluation = Result | { outcome: 'noMatch' } | { outcome: 'failed'; reason: string };

/** What a rule makes of one message. */
export function evaluate(statement: Statement, context: RuleContext): Evaluation {
  const payload = parsedPayload(context.message.payload);
  const evaluated = (expression: Expression): unknown =>
    evaluateExpression(expression, context, payload?.json);
  if (statement.where !== undefined && evaluated(statement.where) !== true) return { outcome: 'noMatch' };
  if (isAllAlone(statement.selections)) {
    return payload === undefined
      ? { outcome: 'bytes', bytes: context.message.payload }
      : { outcome: 'value', value: payload.json };
  }
  if (payload === undefined && !statement.selections.every(isCall)) {
    return { outcome: 'failed', reason: 'the payload is not JSON, of which only functions can be selected' };
  }
  const result: Record<string, unknown> = {};
  for (const selection of statement.selections) {
    if (selection.kind === 'all') {
      if (!isObject(payload?.json)) {
        return { outcome: 'failed', reason: 'the payload is not a JSON object, so * cannot be extended' };
      }
      Object.assign(result, payload.json);
      continue;
    }
    const value = evaluated(selection.expression);
    if (value !== undefined) result[selection.name] = value;
  }
  return { outcome: 'value', value: result };
}

function isAllAlone(selections: readonly Selection[]): boolean {
  return selections.length === 1 && selections[0]?.kind === 'all';
}

/** A literal is none: the stricter edition of the AWS IoT Core guide ("Working with binary payloads"). */
function isCall(selection: Selection): boolean {
  return selection.kind === 'value' && selection.expression.kind === 'call';
}

function parsedPayload(payload: Buffer): { json: unknown } | undefined {
  try {
    return { json: JSON.parse(payload.toString()) };
  } catch {
    return undefined;
  }
}

function evaluateExpression(expression: Expression, context: RuleContext, json: unknown): unknown {
  const evaluated = (inner: Expression): unknown => evaluateExpression(inner, context, json);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'payload':
      return json;
    case 'field':
      return fieldOf(json, expression.path);
    case 'call':
      return callFunction(expression.name, context, expression.parameters.map(evaluated));
    case 'comparison':
      return compare(expression.operator, evaluated(expression.left), evaluated(expression.right));
    case 'not': {
      const operand = evaluated(expression.operand);
      return typeof operand === 'boolean' ? !operand : undefined;
    }
    case 'and':
      return evaluated(expression.left) === true && evaluated(expression.right) === true;
    case 'or':
      return evaluated(expression.left) === true || evaluated(expression.right) === true;
  }
}

function fieldOf(json: unknown, path: readonly string[]): unknown {
  let value = json;
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** Undefined with anything is Undefined; the order is that of numbers, or of two strings. */
function compare(operator: Comparison, left: unknown, right: unknown): boolean | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (operator === '=') return left === right;
  if (operator === '<>') return left !== right;
  const [a, b] =
    typeof left === 'string' && typeof right === 'string' ? [left, right] : [asNumber(left), asNumber(right)];
  if (a === undefined || b === undefined) return undefined;
  if (operator === '<') return a < b;
  if (operator === '>') return a > b;
  return operator === '<=' ? a <= b : a >= b;
}

function asNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && !Number.isNaN(number) ? number : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
