import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { all, consoleTemplate, filesOf, JWT, one, readable, stackWith } from '../synthesized/console.ts';

const own = consoleTemplate();
const given = consoleTemplate({ jwt: JWT, clientId: 'console-client' });

test('nobody but CloudFront reads the bucket', () => {
  expect(one(own, 'AWS::S3::Bucket')).toMatchObject({
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
  });
  const { Statement } = one(own, 'AWS::S3::BucketPolicy')['PolicyDocument'] as { Statement: object[] };
  const allowing = Statement.filter((statement) => 'Effect' in statement && statement.Effect === 'Allow');
  expect(allowing).toEqual([
    expect.objectContaining({
      Action: 's3:GetObject',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Condition: { StringEquals: { 'AWS:SourceArn': expect.anything() } },
    }),
  ]);
});

test('the headers let the page talk to its own address and to the issuer, and to nobody else', () => {
  const policyOf = (template: Template) => {
    const { ResponseHeadersPolicyConfig } = one(template, 'AWS::CloudFront::ResponseHeadersPolicy') as {
      ResponseHeadersPolicyConfig: {
        SecurityHeadersConfig: { ContentSecurityPolicy: { ContentSecurityPolicy: unknown } };
      };
    };
    return readable(
      ResponseHeadersPolicyConfig.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy,
    ).split('; ');
  };
  expect(policyOf(given)).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self' https://issuer.example",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]);
  expect(policyOf(own)).toContainEqual(
    expect.stringMatching(
      /^connect-src 'self' https:\/\/cognito-idp\.eu-west-1\.<AWS::URLSuffix> https:\/\/<\w+SignInPage\w+>\.auth\.eu-west-1\.amazoncognito\.com$/,
    ),
  );
});

test('HTTPS for two years, no guessed types, no frames, no referrer', () => {
  expect(one(own, 'AWS::CloudFront::ResponseHeadersPolicy')).toMatchObject({
    ResponseHeadersPolicyConfig: {
      SecurityHeadersConfig: {
        StrictTransportSecurity: { AccessControlMaxAgeSec: 63_072_000, IncludeSubdomains: true },
        ContentTypeOptions: { Override: true },
        FrameOptions: { FrameOption: 'DENY' },
        ReferrerPolicy: { ReferrerPolicy: 'no-referrer' },
      },
    },
  });
});

/** What of a console has a name that its whole account shares. */
function accountWideNames(stack: Stack): readonly string[] {
  const template = Template.fromStack(stack);
  const { OriginAccessControlConfig } = one(template, 'AWS::CloudFront::OriginAccessControl');
  const { ResponseHeadersPolicyConfig } = one(template, 'AWS::CloudFront::ResponseHeadersPolicy');
  const named = [OriginAccessControlConfig, ResponseHeadersPolicyConfig] as readonly { Name: string }[];
  return [...named.map(({ Name }) => Name), String(one(template, 'AWS::CloudFront::Function')['Name'])];
}

test('a second console of the same name, in another Region, takes none of the names of the first', () => {
  const first = accountWideNames(stackWith().stack);
  const second = accountWideNames(stackWith({}, 'us-isof-south-1').stack);
  expect(first.filter((name) => second.includes(name))).toEqual([]);
  for (const name of [...first, ...second]) expect(name).toMatch(/^[\w-]{1,64}$/);
});

test('both the files and the API come with those headers', () => {
  const headers = { Ref: Object.keys(own.findResources('AWS::CloudFront::ResponseHeadersPolicy'))[0] };
  expect(one(own, 'AWS::CloudFront::Distribution')).toMatchObject({
    DistributionConfig: {
      DefaultRootObject: 'index.html',
      DefaultCacheBehavior: {
        ResponseHeadersPolicyId: headers,
        ViewerProtocolPolicy: 'redirect-to-https',
      },
      CacheBehaviors: [
        { PathPattern: '/api/*', ResponseHeadersPolicyId: headers, ViewerProtocolPolicy: 'https-only' },
      ],
    },
  });
});

test('CloudFront keeps no error, so that a session that was just made is not answered with the 404 of before', () => {
  const { DistributionConfig } = one(own, 'AWS::CloudFront::Distribution') as {
    DistributionConfig: { CustomErrorResponses: readonly { ErrorCode: number }[] };
  };
  const errors = DistributionConfig.CustomErrorResponses;
  expect(errors.map(({ ErrorCode }) => ErrorCode)).toEqual([
    400, 403, 404, 405, 414, 500, 501, 502, 503, 504,
  ]);
  for (const error of errors) expect(Object.entries(error)).toContainEqual(['ErrorCachingMinTTL', 0]);
});

test('dashboards keep their API; the page has one of its own, which takes the tokens of its client', () => {
  const names = all(own, 'AWS::ApiGatewayV2::Api').map(({ Name }) => String(Name).replace(/\w{8}$/, ''));
  expect(names).toEqual(['FleetSessionApi', 'FleetConsoleApi']);
  const [clientId] = Object.keys(own.findResources('AWS::Cognito::UserPoolClient'));
  const authorizer = one(own, 'AWS::ApiGatewayV2::Authorizer') as {
    JwtConfiguration: { Issuer: unknown; Audience: unknown };
  };
  expect(authorizer.JwtConfiguration.Audience).toEqual([{ Ref: clientId }]);
  expect(readable(authorizer.JwtConfiguration.Issuer)).toMatch(
    /^https:\/\/cognito-idp\.eu-west-1\.<AWS::URLSuffix>\/<\w+Users\w+>$/,
  );
});

test('operators are added by an administrator and have a second factor', () => {
  expect(one(own, 'AWS::Cognito::UserPool')).toMatchObject({
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    MfaConfiguration: 'ON',
    EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
  });
});

test('its users are kept with the stack gone, but a first deployment that is rolled back leaves nothing', () => {
  const [userPool] = Object.values(own.findResources('AWS::Cognito::UserPool'));
  expect(userPool).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
});

test('the page signs in with a code, has no secret, and is sent back to its own address', () => {
  const client = one(own, 'AWS::Cognito::UserPoolClient');
  expect(client).toMatchObject({ AllowedOAuthFlows: ['code'], GenerateSecret: false });
  expect([client['CallbackURLs'] ?? []].flat().map(readable)).toEqual([
    expect.stringMatching(/^https:\/\/<\w+Distribution\w+\.DomainName>\/$/),
  ]);
  expect((client['AllowedOAuthScopes'] as unknown[]).map(readable)).toEqual([
    'openid',
    expect.stringMatching(/\/read$/),
    expect.stringMatching(/\/write$/),
  ]);
});

test('the page is told where the API is and where to sign in', () => {
  expect(JSON.parse(filesOf(given)['config.json']?.['Body'] ?? '')).toEqual({
    apiUrl: '/api',
    auth: {
      issuer: JWT.issuer,
      clientId: 'console-client',
      scopes: ['openid', 'mqtt-sessions/read', 'mqtt-sessions/write'],
    },
  });
  expect(JSON.parse(filesOf(own)['config.json']?.['Body'] ?? '')).toMatchObject({
    auth: { clientId: expect.stringMatching(/^<\w+Client\w+>$/) },
  });
});

test('with an issuer of the caller there is one API and no user pool', () => {
  expect(all(given, 'AWS::ApiGatewayV2::Api')).toHaveLength(1);
  expect(all(given, 'AWS::Cognito::UserPool')).toEqual([]);
});

test('with an issuer, the client that it knows the console by must be named', () => {
  expect(() => stackWith({ jwt: JWT })).toThrow('console.clientId: nothing came; with api.jwt');
});

test.each([
  ['its own user pool', {}],
  ['an issuer of the caller', { jwt: JWT, clientId: 'console-client' }],
])('AwsSolutions finds nothing that is not explained: %s', (_, props) => {
  const { app, stack } = stackWith(props);
  const { violations } = new AwsSolutionsChecks(app).validateScope(stack);
  expect(violations.map(({ ruleName }) => ruleName)).toEqual([]);
});
