import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** What the stack ships: synthesized once for all tests of this file, as a program that is not the CLI does it. */
const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
let template: Template;

interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}
interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, string>>;
}

beforeAll(() => {
  const { status, stderr } = spawnSync('npx', ['tsx', 'lib/infra/app.ts'], {
    encoding: 'utf8',
    env: { ...process.env, CDK_OUTDIR: folder, CDK_VALIDATION: 'true' },
  });
  expect(status, stderr).toBe(0);
  template = JSON.parse(readFileSync(join(folder, 'MqttSessions.template.json'), 'utf8'));
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true }));

const FUNCTIONS = [
  'Lifecycle',
  'Ingest',
  'Deliver',
  'Expire',
  'Packets',
  'Api',
  'Survey',
  'Widget',
  'Record',
  'Operate',
] as const;

/** The bundle of the function at a path of the template. */
function bundleOf(name: string): string {
  const resource = Object.values(template.Resources).find(
    ({ Metadata }) => Metadata?.['aws:cdk:path'] === `MqttSessions/Sessions/${name}/Resource`,
  );
  const code = resource?.Properties['Code'] as { readonly S3Key: string } | undefined;
  if (code === undefined) throw new Error(`No function ${name}`);
  return join(folder, `asset.${code.S3Key.replace(/\.zip$/, '')}`, 'index.mjs');
}

test.each(FUNCTIONS)('%s is one file', (name) => {
  expect(existsSync(bundleOf(name))).toBe(true);
});

test.each(FUNCTIONS)('%s has at most 600 KB', (name) => {
  expect(readFileSync(bundleOf(name)).byteLength).toBeLessThanOrEqual(600 * 1024);
});

test.each(FUNCTIONS)('%s is minified', (name) => {
  const text = readFileSync(bundleOf(name), 'utf8');
  expect(text.length / text.split('\n').length).toBeGreaterThan(30);
});

test.each(FUNCTIONS)('%s brings all that it imports', (name) => {
  const specifiers = [
    ...readFileSync(bundleOf(name), 'utf8').matchAll(/\bimport[^"'();]*?from\s*["']([^"']+)["']/g),
  ].map(([, specifier = '']) => specifier);
  expect(specifiers.length).toBeGreaterThan(0);
  expect(specifiers.filter((specifier) => !/^(node:)?[a-z_/0-9]+$/.test(specifier))).toEqual([]);
});

test.each([
  ['Lifecycle', ['dynamodb', 'iotdata', 'sqs']],
  ['Ingest', ['dynamodb', 'sqs']],
  ['Deliver', ['dynamodb', 'events', 'iotdata', 'sqs']],
  ['Record', ['dynamodb', 'events']],
  ['Expire', ['dynamodb', 'events', 'sqs']],
  ['Packets', ['dynamodb', 'iotdata', 'sqs']],
  ['Api', ['dynamodb', 'iotdata', 'sqs']],
  ['Operate', ['dynamodb', 'iotdata', 'sqs']],
  ['Survey', ['dynamodb']],
  ['Widget', ['dynamodb']],
] as const)('%s has the SDK clients that it uses and no other: %j', (name, used) => {
  // Each client carries the name that it signs its requests for; none of them is there for credentials alone.
  const names = readFileSync(bundleOf(name), 'utf8').matchAll(/defaultSigningName:\s*"([a-z]+)"/g);
  const services = new Set([...names].map(([, service = '']) => service));
  expect([...services].sort()).toEqual(used);
});

test.each(FUNCTIONS)('%s loads on this Node and exports its handler', (name) => {
  const program = `const { handler } = await import(${JSON.stringify(pathToFileURL(bundleOf(name)).href)}); process.stdout.write(typeof handler);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    env: { ...process.env, ...environment() },
  });
  expect(stdout, stderr).toBe('function');
});

/** What the template gives the functions, with a value in place of each reference. */
function environment(): Record<string, string> {
  const variables = Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .flatMap(({ Properties }) =>
      Object.entries(
        // The function with which CDK makes single calls has none.
        (Properties['Environment'] as { readonly Variables: Record<string, unknown> } | undefined)
          ?.Variables ?? {},
      ),
    );
  return {
    AWS_REGION: 'eu-central-1',
    ...Object.fromEntries(
      variables.map(([name, value]) => [name, typeof value === 'string' ? value : 'name']),
    ),
  };
}

test('the files of the console come with it, its page and its script', () => {
  const calls = Object.values(template.Resources)
    .filter(({ Type }) => Type === 'Custom::ConsoleFile')
    .map(({ Properties }) => JSON.stringify(Properties['Create']));
  for (const key of [/index\.html/, /config\.json/, /assets\/[\w-]+\.js/, /assets\/[\w-]+\.css/]) {
    expect(calls.filter((call) => key.test(call)).length).toBeGreaterThan(0);
  }
});

test('the paths of the resources are in the template without the CLI', () => {
  const paths = Object.values(template.Resources).map(({ Metadata }) => Metadata?.['aws:cdk:path']);
  expect(paths).toEqual(
    expect.arrayContaining(
      [
        ...FUNCTIONS,
        'Sessions',
        'Subscriptions',
        'Routes',
        'Messages',
        'Inflight',
        'Deliveries',
        'Unrouted',
        'LookUps',
        'RouteChecks',
        'PacketRequests',
        'OperationParts',
        'DeadLetters',
        'Events',
      ].map((id) => `MqttSessions/Sessions/${id}/Resource`),
    ),
  );
});

test('the outputs say what a user looks for after deploying', () => {
  expect(Object.keys(template.Outputs).sort()).toEqual([
    'ApiFunction',
    'ApiReadPolicy',
    'ApiUrl',
    'ApiWritePolicy',
    'ConsoleUrl',
    'ConsoleUserPool',
    'Dashboard',
    'DeadLettersQueue',
    'DeliverFunction',
    'EventBus',
    'ExpireFunction',
    'HistoryTable',
    'InflightTable',
    'IngestFunction',
    'LifecycleFunction',
    'MessagesTable',
    'PacketsFunction',
    'RecordFunction',
    'RoutesTable',
    'SessionsTable',
    'StatisticsTable',
    'SubscriptionsTable',
    'SurveyFunction',
    'WidgetFunction',
  ]);
});
