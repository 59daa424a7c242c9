import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { afterAll, expect } from 'vitest';
import { SessionApi } from '#infra/api/api';
import { SessionConsole, type SessionConsoleProps } from '#infra/console/console';

/** Tokens of an issuer of the caller's. */
export const JWT = { issuer: 'https://issuer.example/tenant', audience: ['console-client'] };
export const SCRIPT = 'assets/index-AbCd1234.js';

const directory = mkdtempSync(join(tmpdir(), 'console-'));
mkdirSync(join(directory, 'assets'));
writeFileSync(join(directory, 'index.html'), '<!doctype html>');
writeFileSync(join(directory, SCRIPT), 'export {}');
afterAll(() => rmSync(directory, { recursive: true }));

export function emptyStack(region = 'eu-west-1') {
  const app = new App({ analyticsReporting: false });
  return { app, stack: new Stack(app, 'Fleet', { env: { account: '123456789012', region } }) };
}

/** The console by itself, with what it needs, in a stack. */
export function consoleIn(stack: Stack, props: Partial<SessionConsoleProps> = {}): void {
  const handler = LambdaFunction.fromFunctionAttributes(stack, 'Handler', {
    functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:api',
    sameEnvironment: true,
  });
  const logRetention = RetentionDays.ONE_MONTH;
  const { jwt } = props;
  const api = new SessionApi(stack, 'SessionApi', { handler, logRetention, ...(jwt && { jwt }) });
  new SessionConsole(stack, 'Console', {
    handler,
    api,
    jwt: undefined,
    logRetention,
    directory,
    ...props,
  });
}

export function stackWith(props: Partial<SessionConsoleProps> = {}, region?: string) {
  const { app, stack } = emptyStack(region);
  consoleIn(stack, props);
  return { app, stack };
}

export const consoleTemplate = (props?: Partial<SessionConsoleProps>) =>
  Template.fromStack(stackWith(props).stack);

type Properties = Readonly<Record<string, unknown>>;
export const all = (template: Template, type: string): readonly Properties[] =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties);
export const one = (template: Template, type: string): Properties => {
  expect(all(template, type)).toHaveLength(1);
  return all(template, type)[0] ?? {};
};

/** A value with each reference as `<name>`. */
export function readable(value: unknown): string {
  if (typeof value === 'string') return value;
  const [intrinsic, argument] = Object.entries(value as object)[0] ?? [];
  if (intrinsic === 'Fn::Join') return argument[1].map(readable).join(argument[0]);
  return `<${[argument].flat().join('.')}>`;
}

/** What is put where, by key. */
export function filesOf(template: Template): Record<string, Record<string, string>> {
  return Object.fromEntries(
    all(template, 'Custom::ConsoleFile').map(({ Create }) => {
      const { action, parameters } = JSON.parse(readable(Create));
      return [parameters.Key, { action, ...parameters }];
    }),
  );
}
