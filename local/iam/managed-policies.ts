import type { Statement } from './policy.ts';

const allow = (...actions: readonly string[]): readonly Statement[] => [
  { effect: 'Allow', actions, resources: ['*'] },
];

/** Policies of AWS itself, which no template holds. */
export const AWS_MANAGED_POLICIES: Readonly<Record<string, readonly Statement[]>> = {
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole': allow(
    'logs:CreateLogGroup',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
  ),
};
