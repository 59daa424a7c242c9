import { Lazy, RemovalPolicy, Stack, Token, Validations } from 'aws-cdk-lib';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import type { UserPool } from 'aws-cdk-lib/aws-cognito';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { SessionApi } from '../api/api.ts';
import { type JwtIssuer, scopesOf } from '../api/api-options.ts';
import { InfrastructureError } from '../errors.ts';
import { buildConsole } from './console-build.ts';
import { API_PATH, createDistribution } from './console-distribution.ts';
import { ConsoleFiles } from './console-files.ts';
import type { ConsoleOptions } from './console-options.ts';
import { ConsoleSignIn } from './console-sign-in.ts';

export interface SessionConsoleProps extends ConsoleOptions {
  /** The function `api` of an `MqttSessions`. */
  readonly handler: IFunction;
  /** The API that dashboards call. */
  readonly api: SessionApi;
  /** Whose tokens that API asks for; undefined if it asks for signed requests, which a page cannot make. */
  readonly jwt: JwtIssuer | undefined;
  readonly logRetention: RetentionDays;
}

/**
 * The operators' page: its files in a bucket behind CloudFront, which has the API under `/api`. A route of an HTTP
 * API has one authorizer, so where dashboards sign their requests the page has an API of its own, in front of the
 * same function, that takes the tokens of its user pool.
 */
export class SessionConsole extends Construct {
  readonly distribution: Distribution;
  readonly url: string;
  /** Undefined if users sign in at an issuer of the caller's. */
  readonly userPool: UserPool | undefined;

  constructor(scope: Construct, id: string, props: SessionConsoleProps) {
    super(scope, id);
    const bucket = createBucket(this);
    const signIn = props.jwt === undefined ? this.ownSignIn(props) : givenSignIn(props, props.jwt);
    this.distribution = createDistribution(this, {
      bucket,
      api: signIn.api.httpApi,
      signInOrigins: [...signIn.origins, ...(props.signInOrigins ?? [])],
    });
    this.url = `https://${this.distribution.distributionDomainName}`;
    this.userPool = signIn.userPool;
    new ConsoleFiles(this, 'Files', {
      bucket,
      directory: Stack.of(this).bundlingRequired ? (props.directory ?? buildConsole()) : undefined,
      configuration: {
        apiUrl: API_PATH,
        auth: { issuer: signIn.issuer, clientId: signIn.clientIdFor(this.url), scopes: signIn.scopes },
      },
      logRetention: props.logRetention,
    });
  }

  private ownSignIn(props: SessionConsoleProps): SignIn {
    const cognito = new ConsoleSignIn(this, 'SignIn', { domainPrefix: props.domainPrefix });
    const { issuer, origins, userPool } = cognito;
    let clientId: string | undefined;
    const api = new SessionApi(this, 'Api', {
      handler: props.handler,
      // The client can only be made when the console has an address, which has this API behind it.
      jwt: { issuer, audience: Lazy.list({ produce: () => (clientId === undefined ? [] : [clientId]) }) },
      logRetention: props.logRetention,
    });
    const clientIdFor = (url: string): string => {
      clientId = cognito.addConsole(url).userPoolClientId;
      return clientId;
    };
    return { api, issuer, origins, userPool, clientIdFor, scopes: scopesFor() };
  }
}

/** Where users sign in, and the API that takes the tokens they get there. */
interface SignIn {
  readonly api: SessionApi;
  readonly issuer: string;
  readonly origins: readonly string[];
  readonly userPool: UserPool | undefined;
  readonly scopes: readonly string[];
  readonly clientIdFor: (url: string) => string;
}

function givenSignIn({ api, clientId }: SessionConsoleProps, jwt: JwtIssuer): SignIn {
  if (clientId === undefined) {
    throw new InfrastructureError(
      'infrastructure.consoleClientId',
      'console.clientId: nothing came; with api.jwt users sign in there, so name the client that the issuer knows the console by, or set console: false',
    );
  }
  return {
    api,
    issuer: jwt.issuer,
    origins: [originOf(jwt.issuer)],
    userPool: undefined,
    scopes: scopesFor(jwt),
    clientIdFor: () => clientId,
  };
}

function scopesFor(jwt?: JwtIssuer): readonly string[] {
  const { read, write } = scopesOf(jwt);
  return ['openid', read, write];
}

function originOf(issuer: string): string {
  // The issuer of another stack is known at the deployment alone.
  return Token.isUnresolved(issuer) ? issuer : new URL(issuer).origin;
}

function createBucket(scope: Construct): Bucket {
  const bucket = new Bucket(scope, 'Bucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    // It holds what every deployment writes again.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'The files are public and static, and only CloudFront reads them.',
  });
  return bucket;
}
