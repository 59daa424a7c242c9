import type { LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import type { Authorizer } from '../ports.ts';
import { invoke } from './lambda-packets.ts';

const authorizationSchema = z.object({ allowed: z.boolean(), principal: z.optional(z.string()) });

/**
 * A Lambda function as authorizer. Its event is `{ clientId, username?, password?, principal?, remoteAddress? }`
 * with the password in base64; it answers `{ "allowed": true, "principal": "…" }`, the principal if it likes.
 */
export function authorizerThroughLambda(lambda: LambdaClient, functionName: string): Authorizer {
  return async ({ password, ...connect }) => {
    const event = {
      ...connect,
      ...(password !== undefined && { password: Buffer.from(password).toString('base64') }),
    };
    const { allowed, principal } = z.parse(authorizationSchema, await invoke(lambda, functionName, event));
    return { allowed, ...(principal !== undefined && { principal }) };
  };
}
