import { CfnResource, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { InfrastructureError } from '../errors.ts';
import { EnvironmentVariable } from '../names.ts';
import type { FunctionName } from './function-name.ts';

/** What Lambda gives all variables of a function together; the quota cannot be raised. */
const MAXIMUM_BYTES = 4096;

/** The longest name that CloudFormation makes, in characters: of the stack's name, a logical id and a suffix. */
const LONGEST_NAME: Readonly<Record<string, number>> = {
  'AWS::DynamoDB::GlobalTable': 255,
  'AWS::SQS::Queue': 80,
};
const SUFFIX = '-0123456789ABC';
const LONGEST_STACK_NAME = 128;

/** A value that only the deployment knows and that names nothing of this stack. */
const UNKNOWN = 100;

/** @throws InfrastructureError if Lambda could refuse the variables at the deployment */
export function checkEnvironmentSize(
  scope: Construct,
  name: FunctionName,
  variables: Readonly<Record<string, string>>,
): void {
  const entries = Object.entries(variables).map(([key, value]) => [key, longest(value, Stack.of(scope))]);
  // Lambda measures the variables as the text of one JSON object, so each quotation mark of a value counts twice.
  const bytes = Buffer.byteLength(JSON.stringify(Object.fromEntries(entries)));
  if (bytes <= MAXIMUM_BYTES) return;
  const ofConfiguration = Buffer.byteLength(JSON.stringify(variables[EnvironmentVariable.configuration]));
  throw new InfrastructureError(
    'infrastructure.environmentTooLarge',
    `The environment of ${name} would have up to ${bytes} bytes, of them ${ofConfiguration} for policies and settings; allowed: ${MAXIMUM_BYTES}; join policies by a shorter pattern, or shorten the name of the stack`,
  );
}

/** The value, or one as long as what the deployment may put into its place. */
function longest(value: string, stack: Stack): string {
  if (!Token.isUnresolved(value)) return value;
  const [token] = Tokenization.reverseString(value).tokens;
  if (!Reference.isReference(token) || !CfnResource.isCfnResource(token.target)) return 'x'.repeat(UNKNOWN);
  const { cfnResourceType, logicalId } = token.target;
  const stackName = Token.isUnresolved(stack.stackName) ? 'x'.repeat(LONGEST_STACK_NAME) : stack.stackName;
  const name = `${stackName}-${stack.resolve(logicalId)}${SUFFIX}`.slice(0, LONGEST_NAME[cfnResourceType]);
  const region = Token.isUnresolved(stack.region) ? 'us-isof-south-1' : stack.region;
  return cfnResourceType === 'AWS::SQS::Queue'
    ? `https://sqs.${region}.amazonaws.com/123456789012/${name}`
    : name;
}
