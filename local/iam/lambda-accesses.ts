import { invokedFunction } from '#local/lambda/invoke-api';
import type { Arns } from './arns.ts';
import type { Access } from './policy.ts';

/** What an invocation of a function needs; undefined if the request is none. */
export function lambdaAccesses(method: string, url: string, arns: Arns): readonly Access[] | undefined {
  const named = invokedFunction(method, url);
  return named === undefined
    ? undefined
    : [{ action: 'lambda:InvokeFunction', resource: arns.function(named) }];
}
