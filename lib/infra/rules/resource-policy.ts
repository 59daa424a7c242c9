import { CfnElement, Stack, Token } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';

/** What Lambda takes as the resource policy of a function; the quota cannot be raised. */
const POLICY_BYTES = 20_480;

/** Characters. CloudFormation makes names of a stack's name and a logical id, and shortens those that are longer. */
const LONGEST = { statementId: 100, functionName: 64, stackName: 128, logicalId: 255 } as const;

/** What CloudFormation puts behind such a name. */
const SUFFIX = '-0123456789ABC';

export interface RulePermission {
  /** Construct id below the function. */
  readonly id: string;
  readonly ruleName: string;
}

/** As many permissions of this size, each bound to the ARN of one rule, as the resource policy of a function holds. */
export function permissionsThatFit(target: IFunction, { id, ruleName }: RulePermission): number {
  const functionName = nameLength(target);
  const anywhere = 'us-isof-south-1:123456789012';
  const statement = {
    Sid: 's'.repeat(Math.min(functionName + id.length, LONGEST.statementId)),
    Effect: 'Allow',
    Principal: { Service: 'iot.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: `arn:aws-iso-f:lambda:${anywhere}:function:${'f'.repeat(Math.min(functionName, LONGEST.functionName))}`,
    Condition: {
      StringEquals: { 'AWS:SourceAccount': '123456789012' },
      ArnLike: { 'AWS:SourceArn': `arn:aws-iso-f:iot:${anywhere}:rule/${ruleName}` },
    },
  };
  const around = JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: [] });
  const each = `${JSON.stringify(statement)},`;
  return Math.floor((POLICY_BYTES - around.length) / each.length);
}

/** Of the name that CloudFormation would make of the function's logical id, had names no limit. */
function nameLength(target: IFunction): number {
  const { stackName } = Stack.of(target);
  const element = target.node.defaultChild;
  const logicalId = CfnElement.isCfnElement(element)
    ? Stack.of(target).resolve(element.logicalId)
    : undefined;
  return [
    Token.isUnresolved(stackName) ? LONGEST.stackName : stackName.length,
    '-'.length,
    typeof logicalId === 'string' ? logicalId.length : LONGEST.logicalId,
    SUFFIX.length,
  ].reduce((sum, length) => sum + length);
}
