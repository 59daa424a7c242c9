import { randomUUID } from 'node:crypto';
import type { Message } from '../message.ts';
import type { Expression } from './statement.ts';

/** What the functions of the SQL can see. */
export interface RuleContext {
  readonly message: Message;
  /** Without the prefix of Basic Ingest. */
  readonly topic: string;
  readonly traceId: string;
  readonly accountId: string;
}

interface RuleFunction {
  /** Undefined if the call is one that the rules engine knows. */
  problem(parameters: readonly Expression[]): string | undefined;
  /** Undefined is SQL's Undefined: the field is left out. */
  call(context: RuleContext, parameters: readonly unknown[]): unknown;
}

const MQTT_PROPERTIES: Readonly<Record<string, (message: Message) => unknown>> = {
  content_type: ({ properties }) => properties.contentType,
  response_topic: ({ properties }) => properties.responseTopic,
  correlation_data: ({ properties }) => properties.correlationData?.toString('base64'),
  format_indicator: ({ properties: { payloadFormatIndicator } }) => {
    if (payloadFormatIndicator === undefined) return undefined;
    return payloadFormatIndicator ? 'UTF8_DATA' : 'UNSPECIFIED_BYTES';
  },
};

const FUNCTIONS: Readonly<Record<string, RuleFunction>> = {
  topic: {
    problem: (parameters) =>
      parameters.length === 0 || (parameters.length === 1 && literalOf(parameters[0], 'number') !== undefined)
        ? undefined
        : 'topic() takes nothing, or the number of a level',
    call: ({ topic }, [level]) => (typeof level === 'number' ? topic.split('/')[level - 1] : topic),
  },
  clientid: nullary('clientid', ({ message }) => message.publisher?.clientId ?? 'n/a'),
  timestamp: nullary('timestamp', ({ message }) => message.receivedAtMs),
  principal: nullary('principal', ({ message }) => message.publisher?.principal),
  traceid: nullary('traceid', ({ message, traceId }) => (message.publisher ? traceId : undefined)),
  newuuid: nullary('newuuid', () => randomUUID()),
  accountid: nullary('accountid', ({ accountId }) => accountId),
  encode: {
    problem: ([what, encoding, ...others]) =>
      what?.kind === 'payload' && literalOf(encoding, 'string') === 'base64' && others.length === 0
        ? undefined
        : "encode() takes * and 'base64'",
    call: ({ message }) => message.payload.toString('base64'),
  },
  lower: {
    problem: ([text, ...others]) =>
      literalOf(text, 'string') !== undefined && others.length === 0 ? undefined : "lower() takes '…'",
    call: (_, [text]) => String(text).toLowerCase(),
  },
  abs: {
    problem: ([number, ...others]) =>
      literalOf(number, 'number') !== undefined && others.length === 0 ? undefined : 'abs() takes a number',
    call: (_, [number]) => Math.abs(Number(number)),
  },
  get_mqtt_property: {
    problem: ([name, ...others]) =>
      Object.hasOwn(MQTT_PROPERTIES, String(literalOf(name, 'string'))) && others.length === 0
        ? undefined
        : `get_mqtt_property() takes one of ${Object.keys(MQTT_PROPERTIES).join(', ')}, in '…'`,
    call: ({ message }, [name]) => MQTT_PROPERTIES[String(name)]?.(message),
  },
  get_user_properties: {
    problem: (parameters) =>
      parameters.length === 0 || (parameters.length === 1 && literalOf(parameters[0], 'string') !== undefined)
        ? undefined
        : 'get_user_properties() takes nothing, or the name of one',
    call: ({ message }, [name]) => {
      const properties = userProperties(message);
      return typeof name === 'string' ? properties?.[name] : properties;
    },
  },
};

/** Why a call is not known, if it is not. */
export function functionProblem(name: string, parameters: readonly Expression[]): string | undefined {
  if (!Object.hasOwn(FUNCTIONS, name)) {
    return `the function ${name}() is not known; known are ${Object.keys(FUNCTIONS).join(', ')}`;
  }
  return FUNCTIONS[name]?.problem(parameters);
}

export function callFunction(name: string, context: RuleContext, parameters: readonly unknown[]): unknown {
  return FUNCTIONS[name]?.call(context, parameters);
}

function nullary(name: string, call: (context: RuleContext) => unknown): RuleFunction {
  return {
    problem: (parameters) => (parameters.length === 0 ? undefined : `${name}() takes nothing`),
    call,
  };
}

function literalOf(expression: Expression | undefined, type: 'string' | 'number'): unknown {
  if (expression?.kind !== 'literal' || typeof expression.value !== type) return undefined;
  return expression.value;
}

/** Each name with all its values, since names may come more than once. */
function userProperties({ properties }: Message): Record<string, string[]> | undefined {
  if (properties.userProperties === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(properties.userProperties).map(([key, value]) => [key, [value].flat()]),
  );
}
