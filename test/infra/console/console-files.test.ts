import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { expect, test } from 'vitest';
import {
  consoleIn,
  consoleTemplate,
  emptyStack,
  filesOf,
  readable,
  SCRIPT,
  stackWith,
} from '../synthesized/console.ts';

const own = consoleTemplate();

test('every file is copied with its type; those whose names hold a digest are kept by browsers', () => {
  const files = filesOf(own);
  expect(Object.keys(files).sort()).toEqual([SCRIPT, 'config.json', 'index.html']);
  expect(files[SCRIPT]).toMatchObject({
    action: 'copyObject',
    ContentType: 'text/javascript; charset=utf-8',
    CacheControl: 'public, max-age=31536000, immutable',
  });
  expect(files['index.html']).toMatchObject({
    ContentType: 'text/html; charset=utf-8',
    CacheControl: 'no-cache',
  });
});

test('the page comes when the files that it names are there', () => {
  const files = own.findResources('Custom::ConsoleFile');
  const idOf = (part: string) => Object.keys(files).find((id) => id.includes(part)) ?? '';
  expect(files[idOf('indexhtml')]?.['DependsOn']).toContain(idOf('assetsindex'));
});

/** Policies by their logical id, as what they allow on what and the role that they are attached to. */
function policiesOf(template: Template): Record<string, { allowed: readonly string[]; role: unknown }> {
  return Object.fromEntries(
    Object.entries(template.findResources('AWS::IAM::Policy')).map(([id, { Properties }]) => {
      const statements: { Action: string | string[]; Resource: unknown }[] =
        Properties.PolicyDocument.Statement;
      const allowed = statements.flatMap(({ Action, Resource }) =>
        [Action].flat().map((action) => `${action} ${readable(Resource).replace(/^.*?\//, '')}`),
      );
      return [id, { allowed, role: Properties.Roles[0].Ref }];
    }),
  );
}

test('what deletes a file goes after the file, so that a page can leave files behind', () => {
  const policies = policiesOf(own);
  const files = Object.values(own.findResources('Custom::ConsoleFile'));
  const deleting = files.map(({ Properties, DependsOn }) => {
    const { Key } = JSON.parse(readable(Properties.Create)).parameters;
    const needed: string[] = DependsOn;
    const allowed = needed.flatMap((id) => policies[id]?.allowed ?? []);
    expect(allowed).toContain(`s3:DeleteObject ${Key}`);
    return needed.filter((id) => policies[id]?.allowed.includes(`s3:DeleteObject ${Key}`));
  });
  expect(new Set(deleting.flat()).size).toBe(files.length);
});

test('files are also put where somebody else in the stack makes single calls by the function of CDK', () => {
  const { stack } = emptyStack();
  new AwsCustomResource(stack, 'Call', {
    onUpdate: { service: 'STS', action: 'getCallerIdentity', physicalResourceId: PhysicalResourceId.of('x') },
    policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: AwsCustomResourcePolicy.ANY_RESOURCE }),
    installLatestAwsSdk: false,
  });
  consoleIn(stack);
  const template = Template.fromStack(stack);
  const { ServiceToken } =
    Object.values(template.findResources('Custom::ConsoleFile'))[0]?.['Properties'] ?? {};
  const { Role } = template.toJSON()['Resources'][ServiceToken['Fn::GetAtt'][0]].Properties;
  const writing = Object.values(policiesOf(template)).filter(({ allowed }) =>
    allowed.some((each) => each.startsWith('s3:PutObject')),
  );
  expect(writing.map(({ role }) => role)).toEqual(Array(3).fill(Role['Fn::GetAtt'][0]));
});

test('a file of a type that browsers would have to guess is refused', () => {
  const odd = mkdtempSync(join(tmpdir(), 'console-'));
  writeFileSync(join(odd, 'notes.docx'), '');
  expect(() => stackWith({ directory: odd })).toThrow('notes.docx: its content type is not known');
  rmSync(odd, { recursive: true });
});
