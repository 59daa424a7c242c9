import { type App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { MqttSessions } from '#infra/mqtt-sessions';
import { appWithoutBundles, stackWith } from './synthesized/stack.ts';

/** What AwsSolutions finds, as `rule at path`. */
function findings(app: App, stack: Stack): string[] {
  return new AwsSolutionsChecks(app)
    .validateScope(stack)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
    );
}

test('AwsSolutions finds nothing that is not explained where it is made', () => {
  const app = appWithoutBundles();
  expect(findings(app, stackWith({ durableTopics: ['devices/#'] }, app))).toEqual([]);
});

test('the explanations also hold in a stack of a known account and Region', () => {
  const app = appWithoutBundles();
  const stack = new Stack(app, 'Fleet', { env: { account: '123456789012', region: 'eu-central-1' } });
  new MqttSessions(stack, 'Sessions');
  expect(findings(app, stack)).toEqual([]);
});

test('nineteen findings are explained and no more', () => {
  const app = appWithoutBundles();
  const stack = stackWith({}, app);
  const metadataKey = Validations.ACKNOWLEDGED_RULES_METADATA_KEY;
  const acknowledged = stack.node
    .findAll()
    .flatMap((construct) => construct.node.metadata.filter(({ type }) => type === metadataKey))
    .flatMap(({ data }) => Object.keys(data as object));
  expect(
    acknowledged.map((id) => id.replace(/^.*::AwsSolutions/, 'AwsSolutions').replace(/\[.*/, '')).sort(),
  ).toEqual([...Array(18).fill('AwsSolutions-IAM5'), 'AwsSolutions-SQS3']);
});
