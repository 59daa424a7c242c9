import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { expect, test } from 'vitest';
import { invokeEvery } from '#infra/functions/schedule';
import { appWithoutBundles } from '../synthesized/stack.ts';

const stack = new Stack(appWithoutBundles(), 'Fleet');
const target = new LambdaFunction(stack, 'Survey', {
  code: Code.fromInline('exports.handler = () => {}'),
  handler: 'index.handler',
  runtime: Runtime.NODEJS_24_X,
});
const rule = invokeEvery(stack, 'EachMinute', Duration.minutes(1), target);
const template = Template.fromStack(stack);

test('the rule invokes the function each minute', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    ScheduleExpression: 'rate(1 minute)',
    State: 'ENABLED',
    Targets: [{ Arn: stack.resolve(target.functionArn), Id: 'Target0' }],
  });
});

test('the function lets that rule in and asks for no role', () => {
  template.hasResourceProperties('AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    Principal: 'events.amazonaws.com',
    SourceArn: stack.resolve(rule.ruleArn),
  });
  expect(Object.keys(template.findResources('AWS::IAM::Role'))).toEqual([
    expect.stringMatching(/^SurveyServiceRole/),
  ]);
});
