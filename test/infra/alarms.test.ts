import { type App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { expect, test } from 'vitest';
import { MqttSessions } from '#infra/mqtt-sessions';
import { appWithoutBundles, logicalIdAt, resourceAt, resourcesByPath, templateOf } from './synthesized.ts';

const TYPE = 'AWS::CloudWatch::Alarm';
const template = templateOf();
const functions = ['Lifecycle', 'Ingest', 'Deliver', 'Expire', 'Packets', 'Api'];
const alarms = Object.keys(resourcesByPath(template, TYPE));

test('there is an alarm for dead letters, and for errors and throttles of each function', () => {
  expect(alarms.sort()).toEqual(
    ['DeadLettersDepth', ...functions.flatMap((name) => [`${name}Errors`, `${name}Throttles`])]
      .map((id) => `Alarms/${id}`)
      .sort(),
  );
});

test.each(alarms)('%s is raised by one in five minutes, and by no data at all is not', (alarm) => {
  expect(resourceAt(template, TYPE, alarm).Properties).toMatchObject({
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    EvaluationPeriods: 1,
    Period: 300,
    TreatMissingData: 'notBreaching',
  });
});

test('the depth is what waits in DeadLetters, at its most', () => {
  expect(resourceAt(template, TYPE, 'Alarms/DeadLettersDepth').Properties).toMatchObject({
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Statistic: 'Maximum',
    Dimensions: [
      {
        Name: 'QueueName',
        Value: { 'Fn::GetAtt': [logicalIdAt(template, 'AWS::SQS::Queue', 'DeadLetters'), 'QueueName'] },
      },
    ],
  });
});

test.each(functions.flatMap((name) => [[name, 'Errors'] as const, [name, 'Throttles'] as const]))(
  '%s%s counts those of that function',
  (name, metric) => {
    expect(resourceAt(template, TYPE, `Alarms/${name}${metric}`).Properties).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: metric,
      Statistic: 'Sum',
      Dimensions: [
        { Name: 'FunctionName', Value: { Ref: logicalIdAt(template, 'AWS::Lambda::Function', name) } },
      ],
    });
  },
);

test.each(alarms)('%s tells nobody unless a topic is given', (alarm) => {
  expect(resourceAt(template, TYPE, alarm).Properties['AlarmActions']).toBeUndefined();
});

test('alarmTopic is told of every alarm', () => {
  const app: App = appWithoutBundles();
  const stack = new Stack(app, 'Fleet');
  const alarmTopic = new Topic(stack, 'Operators');
  new MqttSessions(stack, 'Sessions', { alarmTopic });
  const told = Template.fromStack(stack);
  for (const alarm of alarms) {
    expect(resourceAt(told, TYPE, alarm).Properties['AlarmActions']).toEqual([
      stack.resolve(alarmTopic.topicArn),
    ]);
  }
});
