import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { MqttSessions } from '#infra/mqtt-sessions';
import { appWithoutBundles } from './synthesized/stack.ts';

/** What resources are named by, here or in other stacks; left out, CloudFormation makes a name. */
const NAMES = [
  ...['AlarmName', 'BucketName', 'DashboardName', 'FunctionName', 'LogGroupName', 'ManagedPolicyName'],
  ...['Name', 'QueueName', 'RoleName', 'RuleName', 'TableName'],
];

/** Named within their API or user pool, where the same names may come again. */
const INNER = /^AWS::(ApiGatewayV2|Cognito)::/;

/** The names that a template gives, and that nothing else of their kind may have. */
function namesIn(stack: Stack): readonly string[] {
  const resources: { Type: string; Properties?: object }[] = Object.values(
    Template.fromStack(stack).toJSON()['Resources'],
  );
  return resources
    .filter(({ Type }) => !INNER.test(Type))
    .flatMap(({ Type, Properties = {} }) =>
      [Properties, ...Object.values(Properties)]
        .flatMap((each) => Object.entries(each ?? {}))
        .filter(([key, value]) => NAMES.includes(key) && typeof value === 'string')
        .map(([, value]) => `${Type} ${value}`),
    );
}

test('two installations in one account and Region have no name in common', () => {
  const env = { account: '123456789012', region: 'eu-west-1' };
  const [north = [], south = []] = ['north', 'south'].map((ruleNamePrefix) => {
    const stack = new Stack(appWithoutBundles(), ruleNamePrefix, { env });
    new MqttSessions(stack, 'Sessions', { ruleNamePrefix, durableTopics: ['alerts/#'] });
    return namesIn(stack);
  });
  expect(north).toContainEqual('AWS::IoT::TopicRule north_connected');
  expect(north.filter((name) => south.includes(name))).toEqual([]);
});
