import { expect, test } from 'vitest';
import { logicalIdAt, resourceAt, resourcesByPath, templateOf } from '../synthesized/stack.ts';

const TYPE = 'AWS::Events::Rule';
const template = templateOf();

test('one schedule, which calls Survey each minute', () => {
  expect(Object.keys(resourcesByPath(template, TYPE))).toEqual(['SurveyEachMinute']);
  expect(resourceAt(template, TYPE, 'SurveyEachMinute').Properties).toMatchObject({
    ScheduleExpression: 'rate(1 minute)',
    Targets: [{ Arn: { 'Fn::GetAtt': [logicalIdAt(template, 'AWS::Lambda::Function', 'Survey'), 'Arn'] } }],
  });
});
