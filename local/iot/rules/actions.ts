import type { IotCoreOptions } from '../options.ts';
import { RuleActionError } from './errors.ts';
import type { Evaluation } from './evaluate.ts';
import type { RuleAction } from './rule.ts';

export type ActionTargets = Pick<IotCoreOptions, 'invokeFunction' | 'sendToQueue'>;

/** Rejects if the action did not work. */
export async function performAction(
  action: RuleAction,
  evaluation: Evaluation,
  targets: ActionTargets,
): Promise<void> {
  if (evaluation.outcome === 'failed') throw new RuleActionError(evaluation.reason);
  if (evaluation.outcome === 'noMatch') return;
  if ('lambda' in action) {
    if (evaluation.outcome === 'bytes') {
      throw new RuleActionError(
        "the payload is not JSON, which is all that a function takes; use encode(*, 'base64')",
      );
    }
    await targets.invokeFunction(action.lambda.functionArn, evaluation.value);
    return;
  }
  const { queueUrl, useBase64 = false } = action.sqs;
  const body =
    evaluation.outcome === 'bytes' ? evaluation.bytes : Buffer.from(JSON.stringify(evaluation.value));
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
