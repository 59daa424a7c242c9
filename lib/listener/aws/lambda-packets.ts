import { InvokeCommand, LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import type { ConnectionContext, HeartbeatEvent, PacketsResponse } from '#packets/carrying/exchange';
import { ListenerError } from '../errors.ts';
import type { Heartbeat, PacketsFunction } from '../ports.ts';
import { signalSchema } from './signal-schema.ts';

/** Throttling and lost connections; what still fails after them is repeated by who calls. */
const MAXIMUM_ATTEMPTS = 3;

/** The function's own timeout is 30 s, so an answer that takes longer never comes. */
const REQUEST_TIMEOUT_MS = 32_000;
const CONNECTION_TIMEOUT_MS = 2_000;

/** Every call has a connection of its own; the rest of them waits. */
const MAXIMUM_CALLS_AT_ONCE = 1_000;

/**
 * The client for all functions of one process.
 *
 * @example createLambdaClient({ region: 'eu-west-1' })
 */
export function createLambdaClient(config: LambdaClientConfig = {}): LambdaClient {
  const agent = { keepAlive: true, maxSockets: MAXIMUM_CALLS_AT_ONCE };
  return new LambdaClient({
    retryMode: 'standard',
    maxAttempts: MAXIMUM_ATTEMPTS,
    requestHandler: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...config,
  });
}

/** Calls a function by its name or ARN and waits for the JSON of its answer. */
export async function invoke(lambda: LambdaClient, functionName: string, event: unknown): Promise<unknown> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) }),
  );
  const answer = Payload?.transformToString() ?? '';
  if (FunctionError === undefined) return JSON.parse(answer) as unknown;
  throw new ListenerError('listener.functionFailed', `${functionName} failed (${FunctionError}): ${answer}`);
}

/** What the listener itself reads of it; the rest goes back to the function as it came. */
const contextSchema = z.looseObject({
  clientId: z.string(),
  protocolVersion: z.union([z.literal(4), z.literal(5)]),
  keepAliveSeconds: z.number(),
});

const responseSchema = z.object({
  packets: z.array(z.string()),
  context: z.optional(
    z.custom<ConnectionContext>((value) => contextSchema.safeParse(value).success, 'no context came'),
  ),
  close: z.optional(z.literal(true)),
  signals: z.optional(z.array(signalSchema)),
  lookAfterMs: z.optional(z.number()),
});

/** The function `packets`, called through Lambda. */
export function packetsThroughLambda(lambda: LambdaClient, functionName: string): PacketsFunction {
  return async (request) => {
    const answer = await invoke(lambda, functionName, request);
    // Throws for what is no answer: the name may be that of another function.
    return z.parse(responseSchema, answer) as PacketsResponse;
  };
}

const heartbeatAnswer = z.object({ isKnown: z.boolean() });

/** Signs of life, to the same function. */
export function heartbeatThroughLambda(lambda: LambdaClient, functionName: string): Heartbeat {
  return async (address) => {
    const event: HeartbeatEvent = { heartbeat: { address } };
    return z.parse(heartbeatAnswer, await invoke(lambda, functionName, event));
  };
}
