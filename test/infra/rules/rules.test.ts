import { expect, test } from 'vitest';
import { logicalIdAt, resourceAt, resourcesByPath, templateOf } from '../synthesized/stack.ts';

const TYPE = 'AWS::IoT::TopicRule';
const template = templateOf({
  durableTopics: ['devices/+/commands/#', { filter: 'alerts', qos: 0, messageExpiryInterval: 3600 }],
});
const rules = resourcesByPath(template, TYPE);
const paths = Object.keys(rules);

interface Rule {
  readonly RuleName: string;
  readonly TopicRulePayload: {
    readonly Sql: string;
    readonly Actions: unknown;
    readonly ErrorAction: unknown;
  };
}
const ruleAt = (path: string): Rule => resourceAt(template, TYPE, path).Properties as unknown as Rule;
const messagePath = (filter: string): string => {
  const path = paths.find((candidate) => ruleAt(candidate).TopicRulePayload.Sql.endsWith(`FROM '${filter}'`));
  if (path === undefined) throw new Error(`No rule for ${filter}`);
  return path;
};
const target = (path: string) => {
  if (path === 'Rules/Packets') return 'Packets';
  return path.startsWith('Rules/Messages') ? 'Ingest' : 'Lifecycle';
};

test.each([
  ['Connected', 'mqtt_sessions_connected', '$aws/events/presence/connected/#'],
  ['Disconnected', 'mqtt_sessions_disconnected', '$aws/events/presence/disconnected/#'],
  ['ConnectFailed', 'mqtt_sessions_connect_failed', '$aws/events/presence/connect_failed/#'],
  ['Subscribed', 'mqtt_sessions_subscribed', '$aws/events/subscriptions/subscribed/#'],
  ['Unsubscribed', 'mqtt_sessions_unsubscribed', '$aws/events/subscriptions/unsubscribed/#'],
])('%s is the rule %s on %s', (path, name, topic) => {
  const { RuleName, TopicRulePayload } = ruleAt(`Rules/${path}`);
  expect(RuleName).toBe(name);
  expect(TopicRulePayload.Sql).toBe(`SELECT * FROM '${topic}'`);
});

test('devices declare their session by Basic Ingest alone: the rule has no FROM', () => {
  const { RuleName, TopicRulePayload } = ruleAt('Rules/Session');
  expect(RuleName).toBe('mqtt_sessions_session');
  expect(TopicRulePayload.Sql).toBe(
    "SELECT encode(*, 'base64') AS data, lower('declared') AS eventType, clientid() AS clientId, timestamp() AS timestamp, get_mqtt_property('response_topic') AS responseTopic",
  );
});

test('control packets come by Basic Ingest alone, with the client identifier as the broker knows it', () => {
  const { RuleName, TopicRulePayload } = ruleAt('Rules/Packets');
  expect(RuleName).toBe('mqtt_sessions_packets');
  expect(TopicRulePayload.Sql).toBe(
    "SELECT encode(*, 'base64') AS data, lower('carriage') AS kind, clientid() AS clientId, timestamp() AS timestamp, principal() AS principal",
  );
});

const MESSAGE_FIELDS =
  "encode(*, 'base64') AS payload, topic() AS topic, clientid() AS publisher, timestamp() AS receivedAt, newuuid() AS messageId, get_mqtt_property('content_type') AS contentType, get_mqtt_property('format_indicator') AS payloadFormatIndicator, get_mqtt_property('response_topic') AS responseTopic, get_mqtt_property('correlation_data') AS correlationData, get_user_properties() AS userProperties";

test('a durable topic is a rule that hands on the payload as it is, with the properties', () => {
  expect(ruleAt(messagePath('devices/+/commands/#')).TopicRulePayload.Sql).toBe(
    `SELECT ${MESSAGE_FIELDS}, abs(1) AS qos FROM 'devices/+/commands/#'`,
  );
});

test('QoS and message expiry are what the configuration says', () => {
  expect(ruleAt(messagePath('alerts')).TopicRulePayload.Sql).toBe(
    `SELECT ${MESSAGE_FIELDS}, abs(0) AS qos, abs(3600) AS messageExpiryInterval FROM 'alerts'`,
  );
});

test.each(['Rules/Session', 'Rules/Packets', messagePath('alerts')])(
  '%s selects functions alone, since it takes payloads that are not JSON',
  (path) => {
    const [, items = ''] = /^SELECT (.*?)( FROM .*)?$/.exec(ruleAt(path).TopicRulePayload.Sql) ?? [];
    for (const item of items.split(/, (?=\w+\()/)) expect(item).toMatch(/^\w+\([^()]*\) AS \w+$/);
  },
);

test('adding a durable topic changes no other rule', () => {
  const before = resourcesByPath(templateOf({ durableTopics: ['alerts'] }), TYPE);
  const after = resourcesByPath(templateOf({ durableTopics: ['a/#', 'alerts'] }), TYPE);
  expect(after).toMatchObject(before);
});

test('without durable topics there are only the rules of sessions', () => {
  expect(Object.keys(resourcesByPath(templateOf(), TYPE)).sort()).toEqual(
    ['Connected', 'ConnectFailed', 'Disconnected', 'Packets', 'Session', 'Subscribed', 'Unsubscribed']
      .map((id) => `Rules/${id}`)
      .sort(),
  );
});

test.each(paths)('%s has the SQL version that knows encode', (path) => {
  expect(rules[path]?.Properties['TopicRulePayload']).toMatchObject({ AwsIotSqlVersion: '2016-03-23' });
});

test.each(paths)('%s invokes its function and nothing else', (path) => {
  expect(ruleAt(path).TopicRulePayload.Actions).toEqual([
    {
      Lambda: {
        FunctionArn: { 'Fn::GetAtt': [logicalIdAt(template, 'AWS::Lambda::Function', target(path)), 'Arn'] },
      },
    },
  ]);
});

test.each(paths)('%s sends what it could not hand on to DeadLetters', (path) => {
  expect(ruleAt(path).TopicRulePayload.ErrorAction).toEqual({
    Sqs: {
      QueueUrl: { Ref: logicalIdAt(template, 'AWS::SQS::Queue', 'DeadLetters') },
      RoleArn: { 'Fn::GetAtt': [logicalIdAt(template, 'AWS::IAM::Role', 'Rules/ErrorRole'), 'Arn'] },
      UseBase64: false,
    },
  });
});

const permissionPath = (path: string) => `${target(path)}/${path.replace('Rules/', '')}Rule`;

test.each(paths)('%s alone, of this account, may invoke its function by its permission', (path) => {
  const permission = resourceAt(template, 'AWS::Lambda::Permission', permissionPath(path));
  const { RuleName } = ruleAt(path);
  expect(permission.Properties).toEqual({
    Action: 'lambda:InvokeFunction',
    FunctionName: { 'Fn::GetAtt': [logicalIdAt(template, 'AWS::Lambda::Function', target(path)), 'Arn'] },
    Principal: 'iot.amazonaws.com',
    SourceAccount: { Ref: 'AWS::AccountId' },
    SourceArn: {
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          ':iot:',
          { Ref: 'AWS::Region' },
          ':',
          { Ref: 'AWS::AccountId' },
          `:rule/${RuleName}`,
        ],
      ],
    },
  });
});

test.each(paths)(
  '%s is made when it may invoke its function, so that nothing it takes is refused',
  (path) => {
    const permission = logicalIdAt(template, 'AWS::Lambda::Permission', permissionPath(path));
    expect([rules[path]?.['DependsOn']].flat()).toContain(permission);
  },
);

test('there is one permission a rule', () => {
  const permissions = Object.values(template.findResources('AWS::Lambda::Permission'));
  const ofRules = permissions.filter(({ Properties }) => Properties.Principal === 'iot.amazonaws.com');
  expect(ofRules).toHaveLength(paths.length);
});

test('the role of error actions may send to DeadLetters and do nothing else', () => {
  expect(resourceAt(template, 'AWS::IAM::Role', 'Rules/ErrorRole').Properties['Policies']).toEqual([
    {
      PolicyName: 'DeadLetters',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Action: 'sqs:SendMessage',
            Effect: 'Allow',
            Resource: { 'Fn::GetAtt': [logicalIdAt(template, 'AWS::SQS::Queue', 'DeadLetters'), 'Arn'] },
          },
        ],
      },
    },
  ]);
});

test('the role of error actions serves only rules of this account with the prefix', () => {
  const { AssumeRolePolicyDocument } = resourceAt(template, 'AWS::IAM::Role', 'Rules/ErrorRole').Properties;
  expect(AssumeRolePolicyDocument).toMatchObject({
    Statement: [
      {
        Principal: { Service: 'iot.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      },
    ],
  });
  expect(JSON.stringify(AssumeRolePolicyDocument)).toContain(':rule/mqtt_sessions_*');
});

test('ruleNamePrefix begins every name', () => {
  const fleet = resourcesByPath(templateOf({ ruleNamePrefix: 'fleet7', durableTopics: ['a'] }), TYPE);
  const names = Object.values(fleet).map(({ Properties }) => String(Properties['RuleName']));
  expect(names.filter((name) => !/^fleet7_[a-z0-9_]+$/.test(name))).toEqual([]);
});

test.each(['', 'fleet-7', 'a b', 'x'.repeat(107)])('the prefix %j is refused', (ruleNamePrefix) => {
  expect(() => templateOf({ ruleNamePrefix })).toThrow(
    `ruleNamePrefix: ${JSON.stringify(ruleNamePrefix)} came; allowed: 1 to 106 letters, digits and underscores, since it begins the names of IoT rules`,
  );
});

test('a rule name has at most the 128 characters that AWS IoT allows', () => {
  const longest = resourcesByPath(
    templateOf({ ruleNamePrefix: 'x'.repeat(106), durableTopics: ['a'] }),
    TYPE,
  );
  const lengths = Object.values(longest).map(({ Properties }) => String(Properties['RuleName']).length);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(128);
});

const topics = (count: number) => Array.from({ length: count }, (_, index) => `fleet/${index}/#`);

test('more durable topics than a resource policy can name are refused', () => {
  expect(() => templateOf({ durableTopics: topics(41) })).toThrow(
    "durableTopics: 41 came; allowed: at most 40, since each is a rule that the ingest function's resource policy must name; join them by wildcards",
  );
});

test('with long names fewer fit into the resource policy, and more are refused', () => {
  const ruleNamePrefix = 'x'.repeat(106);
  expect(() => templateOf({ ruleNamePrefix, durableTopics: topics(36) })).not.toThrow();
  expect(() => templateOf({ ruleNamePrefix, durableTopics: topics(40) })).toThrow(
    /^durableTopics: 40 came; allowed: at most 3[6-9], .* or shorten ruleNamePrefix or the name of the stack$/,
  );
});

test('40 durable topics are taken', () => {
  expect(Object.keys(resourcesByPath(templateOf({ durableTopics: topics(40) }), TYPE))).toHaveLength(47);
});

test.each([
  [
    'overlapping filters',
    ['a/#', 'a/b'],
    'durableTopics[1]: "a/b" came; allowed: filters that have no topic in common',
  ],
  ['a single quote, which would end the SQL string', ["a'b"], 'durableTopics[0]'],
  ['a shared subscription', ['$share/g/a'], 'durableTopics[0]'],
  ['a reserved topic', ['$aws/events/#'], 'durableTopics[0]'],
])('%s are refused at synthesis', (_name, durableTopics, message) => {
  expect(() => templateOf({ durableTopics })).toThrow(message);
});
