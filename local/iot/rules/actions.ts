import type { IotCoreOptions } from '../options.ts';
import { RuleActionError } from './errors.ts';
import type { Result } from './evaluate.ts';
import type { RuleAction } from './rule.ts';

export type ActionTargets = Pick<IotCoreOptions, 'invokeFunction' | 'sendToQueue'>;

/** Rejects if the action did not work. */
export async function performAction(
  action: RuleAction,
  result: Result,
  targets: ActionTargets,
): Promise<void> {
  if ('lambda' in action) {
    if (result.outcome === 'bytes') {
      throw new RuleActionError(
        "the payload is not JSON, which is all that a function takes; use encode(*, 'base64')",
      );
    }
    await targets.invokeFunction(action.lambda.functionArn, result.value);
    return;
  }
  const { queueUrl, useBase64 = false } = action.sqs;
  const body = result.outcome === 'bytes' ? result.bytes : Buffer.from(JSON.stringify(result.value));
  await targets.sendToQueue(queueUrl, body.toString(useBase64 ? 'base64' : 'utf8'));
}

/** One entry of `failures` in what an error action is told. */
export function failureOf(
  action: RuleAction,
  error: unknown,
): { failedAction: string; failedResource: string; errorMessage: string } {
  const errorMessage = error instanceof Error ? error.message : String(error);
  return 'lambda' in action
    ? { failedAction: 'LambdaAction', failedResource: action.lambda.functionArn, errorMessage }
    : { failedAction: 'SqsAction', failedResource: action.sqs.queueUrl, errorMessage };
}
