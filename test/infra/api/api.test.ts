import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { SessionApi, type SessionApiProps } from '#infra/api/api';
import { appWithoutBundles } from '../synthesized/stack.ts';

const FUNCTION_ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:api';
const JWT = { issuer: 'https://issuer.example', audience: ['console', 'dashboards'] };

function stackWith(props: Partial<SessionApiProps> = {}, app = appWithoutBundles()) {
  const stack = new Stack(app, 'Fleet', { env: { account: '123456789012', region: 'eu-west-1' } });
  const handler = LambdaFunction.fromFunctionAttributes(stack, 'Handler', {
    functionArn: FUNCTION_ARN,
    sameEnvironment: true,
  });
  const api = new SessionApi(stack, 'SessionApi', {
    handler,
    logRetention: RetentionDays.ONE_MONTH,
    ...props,
  });
  return { stack, api };
}

const templateOf = (props: Partial<SessionApiProps> = {}) => Template.fromStack(stackWith(props).stack);
const signed = templateOf();
const withTokens = templateOf({ jwt: JWT });

/** Of the one resource of a type. */
function propertiesOf(template: Template, type: string): Record<string, unknown> {
  const found = Object.values(template.findResources(type));
  expect(found).toHaveLength(1);
  return found[0]?.['Properties'];
}

const routesOf = (template: Template) =>
  Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties);

const ROUTES = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => `${method} /{proxy+}`);

test('a route for each method, whatever the path, and none that a preflight request would meet', () => {
  expect(routesOf(signed).map(({ RouteKey }) => RouteKey)).toEqual(ROUTES);
});

test('every route asks for a signed request', () => {
  expect(routesOf(signed).map(({ AuthorizationType }) => AuthorizationType)).toEqual(
    ROUTES.map(() => 'AWS_IAM'),
  );
});

test('with an issuer every route asks for a token, with the scope for what it does', () => {
  expect(
    routesOf(withTokens).map(({ AuthorizationType, AuthorizationScopes }) => [
      AuthorizationType,
      ...AuthorizationScopes,
    ]),
  ).toEqual([
    ...Array(2).fill(['JWT', 'mqtt-sessions/read']),
    ...Array(4).fill(['JWT', 'mqtt-sessions/write']),
  ]);
  expect(propertiesOf(withTokens, 'AWS::ApiGatewayV2::Authorizer')).toMatchObject({
    AuthorizerType: 'JWT',
    IdentitySource: ['$request.header.Authorization'],
    JwtConfiguration: { Issuer: JWT.issuer, Audience: JWT.audience },
  });
});

test('the scopes can be named otherwise', () => {
  const named = templateOf({ jwt: { ...JWT, readScope: 'look', writeScope: 'act' } });
  expect(routesOf(named).map(({ AuthorizationScopes }) => AuthorizationScopes[0])).toEqual([
    'look',
    'look',
    'act',
    'act',
    'act',
    'act',
  ]);
});

test('the function gets requests in format 2.0, from this API alone', () => {
  expect(propertiesOf(signed, 'AWS::ApiGatewayV2::Integration')).toMatchObject({
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: FUNCTION_ARN,
    PayloadFormatVersion: '2.0',
    TimeoutInMillis: 29_000,
  });
  const [apiId] = Object.keys(signed.findResources('AWS::ApiGatewayV2::Api'));
  expect(propertiesOf(signed, 'AWS::Lambda::Permission')).toMatchObject({
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: {
      'Fn::Join': [
        '',
        ['arn:', { Ref: 'AWS::Partition' }, ':execute-api:eu-west-1:123456789012:', { Ref: apiId }, '/*/*/*'],
      ],
    },
  });
});

test('requests are logged with who and what, kept as long as other logs, and throttled', () => {
  const stage = propertiesOf(signed, 'AWS::ApiGatewayV2::Stage') as {
    readonly AccessLogSettings: { readonly Format: string };
  };
  expect(stage).toMatchObject({
    StageName: '$default',
    AutoDeploy: true,
    DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
  });
  expect(Object.keys(JSON.parse(stage.AccessLogSettings.Format))).toEqual(
    expect.arrayContaining(['time', 'userArn', 'subject', 'method', 'path', 'status']),
  );
  expect(propertiesOf(signed, 'AWS::Logs::LogGroup')['RetentionInDays']).toBe(30);
});

test('the limits can be set, to whole numbers', () => {
  expect(propertiesOf(templateOf({ rateLimit: 5, burstLimit: 7 }), 'AWS::ApiGatewayV2::Stage')).toMatchObject(
    { DefaultRouteSettings: { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 7 } },
  );
  expect(() => stackWith({ rateLimit: 0.5 })).toThrow('api.rateLimit: 0.5 came; allowed: a whole number');
});

test('no page of another origin may call, unless it is named', () => {
  expect(propertiesOf(signed, 'AWS::ApiGatewayV2::Api')['CorsConfiguration']).toBeUndefined();
  const origins = ['https://fleet.example'];
  expect(
    propertiesOf(templateOf({ corsOrigins: origins }), 'AWS::ApiGatewayV2::Api')['CorsConfiguration'],
  ).toMatchObject({
    AllowOrigins: origins,
    AllowHeaders: expect.arrayContaining(['authorization', 'if-none-match']),
  });
});

/** The requests that a policy document allows, such as `GET/*`. */
function requestsIn(document: unknown): string[] {
  const { Statement } = document as { Statement: { Action: string; Resource: unknown }[] };
  return Statement.flatMap(({ Action, Resource }) => {
    expect(Action).toBe('execute-api:Invoke');
    return [Resource].flat().map((arn) => {
      const end = (arn as { 'Fn::Join': [string, string[]] })['Fn::Join'][1].at(-1) ?? '';
      expect(end).toMatch(/^\/\$default\//);
      return end.slice('/$default/'.length);
    });
  });
}

const READ = ['GET/*', 'HEAD/*', 'POST/sessions:previewExpiry'];
const WRITE = ['POST/*', 'PUT/*', 'PATCH/*', 'DELETE/*'];

test('two policies: one to look, one to act', () => {
  const policies = Object.entries(signed.findResources('AWS::IAM::ManagedPolicy')).map(
    ([id, { Properties }]) => [/SessionApi(Read|Write)/.exec(id)?.[1], requestsIn(Properties.PolicyDocument)],
  );
  expect(Object.fromEntries(policies)).toEqual({ Read: READ, Write: WRITE });
  expect(withTokens.findResources('AWS::IAM::ManagedPolicy')).toEqual({});
});

test.each([
  ['grantRead', READ],
  ['grantWrite', WRITE],
] as const)('%s gives a role those requests alone', (grant, requests) => {
  const { stack, api } = stackWith();
  api[grant](new Role(stack, 'Operator', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));
  const policy = propertiesOf(Template.fromStack(stack), 'AWS::IAM::Policy');
  expect(requestsIn(policy['PolicyDocument'])).toEqual(requests);
});

test.each([
  ['signed requests', {}],
  ['tokens', { jwt: JWT }],
])('AwsSolutions finds nothing that is not explained: %s', (_, props) => {
  const app = appWithoutBundles();
  const { stack } = stackWith(props, app);
  const { violations } = new AwsSolutionsChecks(app).validateScope(stack);
  expect(violations.map(({ ruleName }) => ruleName)).toEqual([]);
});
