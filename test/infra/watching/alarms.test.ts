import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { expect, test } from 'vitest';
import { MqttSessions } from '#infra/mqtt-sessions';
import { PROJECT_ROOT } from '#infra/project-root';
import { OPERATIONS_GUIDE, Runbook } from '#infra/watching/runbooks';
import { TABLE_DEFINITIONS } from '#store/table-definitions';
import {
  appWithoutBundles,
  logicalIdAt,
  resourceAt,
  resourcesByPath,
  templateOf,
} from '../synthesized/stack.ts';

const TYPE = 'AWS::CloudWatch::Alarm';
const template = templateOf();
const functions = Object.keys(resourcesByPath(template, 'AWS::Lambda::Function'));
const queues = Object.keys(resourcesByPath(template, 'AWS::SQS::Queue')).filter(
  (name) => name !== 'DeadLetters',
);
const tables = Object.keys(resourcesByPath(template, 'AWS::DynamoDB::GlobalTable'));
const readers = ['Expire', 'Record'];
const alarms = Object.keys(resourcesByPath(template, TYPE));
const alarm = (id: string) => resourceAt(template, TYPE, `Alarms/${id}`).Properties;

test('there is an alarm for dead letters, rules, for each function, stream, queue and table', () => {
  expect(alarms.sort()).toEqual(
    [
      'DeadLettersDepth',
      'RuleThrottles1',
      ...functions.flatMap((name) => [`${name}Errors`, `${name}Throttles`]),
      ...readers.map((name) => `${name}IteratorAge`),
      ...queues.map((name) => `${name}Age`),
      ...tables.map((name) => `${name}TableThrottles`),
    ]
      .map((id) => `Alarms/${id}`)
      .sort(),
  );
});

test.each(alarms)('%s is not raised by no data at all', (id) => {
  expect(resourceAt(template, TYPE, id).Properties).toMatchObject({
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
  });
});

test.each(['DeadLettersDepth', ...functions.flatMap((name) => [`${name}Errors`, `${name}Throttles`])])(
  '%s is raised by one in five minutes',
  (id) => {
    expect(alarm(id)).toMatchObject({ Threshold: 0, EvaluationPeriods: 1, Period: 300 });
  },
);

/** The anchors of the headings of the guide, as GitHub makes them. */
const anchors = readFileSync(join(PROJECT_ROOT, OPERATIONS_GUIDE), 'utf8')
  .split('\n')
  .filter((line) => /^#+ /.test(line))
  .map((line) =>
    line
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

test.each(alarms)('%s leads to its section of the operations guide', (id) => {
  const description = String(resourceAt(template, TYPE, id).Properties['AlarmDescription']);
  const [, guide, anchor] = /^[A-Z].*\. What to do: ([^#]+)#([a-z-]+)$/.exec(description) ?? [];
  expect(guide).toBe('docs/operations.md');
  expect(anchors).toContain(anchor);
});

test('no section on alarms is left of one that is gone', () => {
  const used = new Set(
    alarms.map((id) => String(resourceAt(template, TYPE, id).Properties['AlarmDescription']).split('#')[1]),
  );
  expect([...used].sort()).toEqual(Object.values(Runbook).sort());
});

test('operationsGuide is where the descriptions lead to', () => {
  const elsewhere = templateOf({ operationsGuide: 'https://wiki.example.com/mqtt' });
  expect(resourceAt(elsewhere, TYPE, 'Alarms/DeadLettersDepth').Properties['AlarmDescription']).toMatch(
    / What to do: https:\/\/wiki\.example\.com\/mqtt#dead-letters-wait$/,
  );
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

/** The names of the rules that an alarm watches. */
function watchedRules(from: Template, id: string): readonly string[] {
  const { Metrics, ...properties } = resourceAt(from, TYPE, `Alarms/${id}`).Properties;
  expect(properties).toMatchObject({ Threshold: 0, EvaluationPeriods: 1 });
  const [sum, ...parts] = Metrics as readonly {
    readonly Expression?: string;
    readonly MetricStat?: {
      readonly Metric: { readonly Dimensions: readonly { readonly Value: string }[] };
    };
  }[];
  expect(parts.length).toBeLessThanOrEqual(10);
  expect(sum?.Expression).toBe(parts.map((_, index) => `FILL(rule${index}, 0)`).join(' + '));
  return parts.map(({ MetricStat }) => {
    expect(MetricStat).toMatchObject({
      Stat: 'Sum',
      Metric: {
        Namespace: 'AWS/IoT',
        MetricName: 'RuleMessageThrottled',
        Dimensions: [{ Name: 'RuleName' }],
      },
    });
    return MetricStat?.Metric.Dimensions[0]?.Value ?? '';
  });
}

test('what the rules engine holds back of any rule raises an alarm, ten rules in each', () => {
  const many = templateOf({
    durableTopics: Array.from({ length: 14 }, (_, index) => `fleet/${index}/#`),
  });
  const names = Object.values(resourcesByPath(many, 'AWS::IoT::TopicRule')).map(
    ({ Properties }) => Properties['RuleName'],
  );
  const watched = ['RuleThrottles1', 'RuleThrottles2', 'RuleThrottles3'].flatMap((id) =>
    watchedRules(many, id),
  );
  expect(watched.toSorted()).toEqual(names.toSorted());
});

test.each(queues)('%sAge is how long the oldest message of that queue has waited', (name) => {
  expect(alarm(`${name}Age`)).toMatchObject({
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateAgeOfOldestMessage',
    Statistic: 'Maximum',
    Threshold: name === 'Deliveries' ? 900 : 1_800,
    Dimensions: [
      {
        Name: 'QueueName',
        Value: { 'Fn::GetAtt': [logicalIdAt(template, 'AWS::SQS::Queue', name), 'QueueName'] },
      },
    ],
  });
});

test.each(readers)('%sIteratorAge is raised when the stream is read five minutes late', (name) => {
  expect(alarm(`${name}IteratorAge`)).toMatchObject({
    Namespace: 'AWS/Lambda',
    MetricName: 'IteratorAge',
    Statistic: 'Maximum',
    Threshold: 300_000,
    Dimensions: [
      { Name: 'FunctionName', Value: { Ref: logicalIdAt(template, 'AWS::Lambda::Function', name) } },
    ],
  });
});

test.each(Object.entries(TABLE_DEFINITIONS))(
  'what DynamoDB refuses to %s and its indexes is summed, and raises an alarm when it goes on',
  (name, { indexes }) => {
    const table = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    const { Metrics, ...properties } = alarm(`${table}TableThrottles`);
    expect(properties).toMatchObject({ Threshold: 0, EvaluationPeriods: 3 });
    const [sum, ...parts] = Metrics as readonly {
      readonly Expression?: string;
      readonly MetricStat?: {
        readonly Metric: { readonly MetricName: string; readonly Dimensions: readonly unknown[] };
      };
    }[];
    expect(sum?.Expression?.match(/FILL\(\w+, 0\)/g)).toHaveLength(parts.length);
    const dimension = (indexName?: string) => [
      ...(indexName === undefined ? [] : [{ Name: 'GlobalSecondaryIndexName', Value: indexName }]),
      { Name: 'TableName', Value: { Ref: logicalIdAt(template, 'AWS::DynamoDB::GlobalTable', table) } },
    ];
    expect(parts.map(({ MetricStat }) => MetricStat?.Metric)).toEqual(
      [undefined, ...indexes.map(({ indexName }) => indexName)].flatMap((indexName) =>
        ['ReadThrottleEvents', 'WriteThrottleEvents'].map((MetricName) => ({
          Namespace: 'AWS/DynamoDB',
          MetricName,
          Dimensions: dimension(indexName),
        })),
      ),
    );
  },
);

test.each(alarms)('%s tells nobody unless a topic is given', (id) => {
  expect(resourceAt(template, TYPE, id).Properties['AlarmActions']).toBeUndefined();
});

test('alarmTopic is told of every alarm', () => {
  const app: App = appWithoutBundles();
  const stack = new Stack(app, 'Fleet');
  const alarmTopic = new Topic(stack, 'Operators');
  new MqttSessions(stack, 'Sessions', { alarmTopic });
  const told = Template.fromStack(stack);
  for (const id of alarms) {
    expect(resourceAt(told, TYPE, id).Properties['AlarmActions']).toEqual([
      stack.resolve(alarmTopic.topicArn),
    ]);
  }
});
