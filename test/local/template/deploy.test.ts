import { expect, test } from 'vitest';
import { deploy } from '#local/template/deploy';
import { LOCAL_ENVIRONMENT, type Resource, type Template } from '#local/template/template';

function deployed(Resources: Template['Resources']) {
  const created: Resource[] = [];
  const handlers = {
    'Test::Thing': (resource: Resource) => {
      created.push(resource);
      return { ref: `ref of ${resource.logicalId}`, attributes: { Arn: `arn of ${resource.logicalId}` } };
    },
  };
  const template = { Resources };
  return {
    created,
    result: deploy({ stackName: 'Stack', template, environment: LOCAL_ENVIRONMENT, handlers }),
  };
}

test('each resource is created after those that it refers to', async () => {
  const { created, result } = deployed({
    Last: {
      Type: 'Test::Thing',
      Properties: { of: { 'Fn::GetAtt': ['Middle', 'Arn'] } },
      DependsOn: 'First',
    },
    Middle: { Type: 'Test::Thing', Properties: { of: { Ref: 'First' } } },
    First: {
      Type: 'Test::Thing',
      Properties: { in: { Ref: 'AWS::Region' } },
      Metadata: { 'aws:cdk:path': 'Stack/Sessions/First/Resource' },
    },
  });
  await result;
  expect(created).toMatchObject([
    {
      logicalId: 'First',
      constructId: 'First',
      physicalName: 'Stack-First',
      properties: { in: 'us-east-1' },
    },
    { logicalId: 'Middle', properties: { of: 'ref of First' } },
    { logicalId: 'Last', properties: { of: 'arn of Middle' } },
  ]);
});

test.each([
  [{ Odd: { Type: 'AWS::Kinesis::Stream' } }, /does not know: Odd of type AWS::Kinesis::Stream/],
  [
    { Odd: { Type: 'Test::Thing', Condition: 'IsLarge' } },
    /Odd depends on the condition IsLarge; the local cloud knows no conditions/,
  ],
  [{ A: { Type: 'Test::Thing', Properties: { of: { Ref: 'B' } } } }, /refers to B, which it has not/],
  [
    {
      A: { Type: 'Test::Thing', Properties: { of: { 'Fn::GetAtt': ['B', 'Colour'] } } },
      B: { Type: 'Test::Thing' },
    },
    /asks for the attribute Colour of B, which the local cloud does not give/,
  ],
  [
    {
      A: { Type: 'Test::Thing', Properties: { of: { Ref: 'B' } } },
      B: { Type: 'Test::Thing', DependsOn: ['A'] },
    },
    /circle: A -> B -> A/,
  ],
])('%o is refused', async (resources, message) => {
  await expect(deployed(resources as Template['Resources']).result).rejects.toThrow(message);
});

test('nothing is created if one type is not known', async () => {
  const { created, result } = deployed({ A: { Type: 'Test::Thing' }, B: { Type: 'Test::Other' } });
  await expect(result).rejects.toThrow('Test::Other');
  expect(created).toEqual([]);
});
