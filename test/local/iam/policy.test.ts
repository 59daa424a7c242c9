import { expect, test } from 'vitest';
import { conditionValues } from '#local/iam/condition';
import { isAllowed, readPolicy } from '#local/iam/policy';
import { LOCAL_ENVIRONMENT } from '#local/template/template';

const VALUES = conditionValues(LOCAL_ENVIRONMENT);
const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/Sessions';
const CLIENT = 'arn:aws:iot:us-east-1:000000000000:client/a/b:c';

const read = (...statements: readonly object[]) =>
  readPolicy({ Version: '2012-10-17', Statement: statements }, VALUES, 'TheRole');
const allow = (Action: string | string[], Resource: string | string[], more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

test.each([
  ['the same action and resource', 'dynamodb:GetItem', TABLE, true],
  ['an action in other letter case', 'DynamoDB:getitem', TABLE, true],
  ['another action', 'dynamodb:PutItem', TABLE, false],
  ['an action with more behind it', 'dynamodb:GetItemX', TABLE, false],
  ['* in the action', 'dynamodb:Get*', TABLE, true],
  ['? in the action', 'dynamodb:Ge?Item', TABLE, true],
  ['? stands for one character, not none', 'dynamodb:GetItem?', TABLE, false],
  ['every action', '*', TABLE, true],
  ['every resource', 'dynamodb:GetItem', '*', true],
  ['a resource in other letter case', 'dynamodb:GetItem', TABLE.replace('Sessions', 'sessions'), false],
  ['* in the resource', 'dynamodb:GetItem', 'arn:aws:dynamodb:*:*:table/Sess*', true],
  ['? in the resource', 'dynamodb:GetItem', 'arn:aws:dynamodb:us-east-?:000000000000:table/Sessions', true],
  ['a wildcard reaches over no colon', 'dynamodb:GetItem', 'arn:aws:dynamodb:*table/Sessions', false],
  ['a table is not its index', 'dynamodb:GetItem', `${TABLE}/index/*`, false],
  ['a dot is a dot', 'dynamodb:GetItem', TABLE.replace('Sessions', 'Sess.ons'), false],
])('%s', (_, action, resource, allowed) => {
  expect(isAllowed(read(allow(action, resource)), { action: 'dynamodb:GetItem', resource: TABLE })).toBe(
    allowed,
  );
});

test('a client identifier may hold slashes and colons', () => {
  const statements = read(allow('iot:GetConnection', 'arn:aws:iot:us-east-1:000000000000:client/*'));
  expect(isAllowed(statements, { action: 'iot:GetConnection', resource: CLIENT })).toBe(true);
});

test('any statement allows, and one that denies decides', () => {
  const access = { action: 'sqs:SendMessage', resource: 'arn:aws:sqs:us-east-1:000000000000:Work' };
  const allowing = [allow('sqs:Receive*', '*'), allow(['sqs:Delete*', 'sqs:Send*'], ['a', '*'])];
  expect(isAllowed(read(...allowing), access)).toBe(true);
  expect(isAllowed(read(...allowing, { ...allow('sqs:*', '*:Work'), Effect: 'Deny' }), access)).toBe(true);
  const denial = { ...allow('sqs:*', 'arn:aws:sqs:*:*:Work'), Effect: 'Deny' };
  expect(isAllowed(read(denial, ...allowing), access)).toBe(false);
  expect(isAllowed([], access)).toBe(false);
});

test.each([
  [{ StringEquals: { 'aws:PrincipalAccount': '000000000000' } }, true],
  [{ StringEquals: { 'aws:RequestedRegion': ['eu-west-1', 'us-east-1'] } }, true],
  [{ StringLike: { 'AWS:requestedregion': 'us-*' } }, true],
  [{ StringEquals: { 'aws:RequestedRegion': 'us-*' } }, false],
  [
    {
      StringEquals: { 'aws:ResourceAccount': '000000000000' },
      StringLike: { 'aws:RequestedRegion': 'eu-*' },
    },
    false,
  ],
])('the condition %j holds: %s', (Condition, holds) => {
  const statements = read(allow('dynamodb:GetItem', TABLE, { Condition }));
  expect(isAllowed(statements, { action: 'dynamodb:GetItem', resource: TABLE })).toBe(holds);
});

test.each([
  [
    { Condition: { StringEquals: { 'iot:Topic': 'a' } } },
    'TheRole has the condition key iot:Topic, which the local cloud cannot decide',
  ],
  [
    { Condition: { IpAddress: { 'aws:PrincipalAccount': '1' } } },
    'TheRole has the condition operator IpAddress, which the local cloud cannot decide',
  ],
  [{ NotAction: 'sqs:*' }, 'does not understand a policy of TheRole: Statement'],
  [{ Resource: `arn:aws:iot:us-east-1:000000000000:client/\${aws:userid}` }, 'has a policy variable'],
])('what it does not know is an error: %j', (more, message) => {
  expect(() => read(allow('sqs:SendMessage', '*', more))).toThrow(message);
});
