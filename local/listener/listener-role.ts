import { LISTENER_QUEUE_ACTIONS, LISTENER_QUEUE_PREFIX } from '#infra/names';
import { Arns } from '#local/iam/arns';
import type { Callers } from '#local/iam/callers';
import type { Roles } from '#local/iam/roles';
import type { Environment } from '#local/template/template';

/** The construct of listeners, which the stack holds only where it is wanted. */
const NAME = 'PacketListener';

export interface ListenerRoleContext {
  readonly roles: Roles;
  readonly callers: Callers;
  readonly environment: Environment;
}

/**
 * Gives listeners of this machine the role that those in a container have. The access key id with which they
 * are told from other callers.
 */
export function addListenerRole(functionName: string, context: ListenerRoleContext): string {
  const arns = new Arns(context.environment);
  const { attributes } = context.roles.addRole({
    logicalId: NAME,
    type: 'AWS::IAM::Role',
    physicalName: NAME,
    constructId: NAME,
    properties: { Policies: [{ PolicyName: NAME, PolicyDocument: policyOf(functionName, arns) }] },
  });
  context.callers.add(NAME, { functionName: NAME, roleArn: attributes['Arn'] ?? '' });
  return NAME;
}

function policyOf(functionName: string, arns: Arns): object {
  const allow = (Action: readonly string[], Resource: string) => ({ Effect: 'Allow', Action, Resource });
  return {
    Version: '2012-10-17',
    Statement: [
      allow(['lambda:InvokeFunction'], arns.function(functionName)),
      allow(LISTENER_QUEUE_ACTIONS, arns.queue(`${LISTENER_QUEUE_PREFIX}*`)),
    ],
  };
}
