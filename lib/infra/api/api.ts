import { Duration, Names, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { InfrastructureError } from '../errors.ts';
import { ApiPolicies, grantAccess } from './api-access.ts';
import { type ApiOptions, type JwtIssuer, scopesOf } from './api-options.ts';

export interface SessionApiProps extends ApiOptions {
  /** The function `api` of an `MqttSessions`. */
  readonly handler: IFunction;
  readonly logRetention: RetentionDays;
}

/**
 * One route for each method, since a client identifier may hold a slash and an HTTP API decodes a path before it
 * looks for the route. Which path is which is known to the function, which answers also those that it does not know.
 */
const PATH = '/{proxy+}';
const METHODS = {
  read: [HttpMethod.GET, HttpMethod.HEAD],
  write: [HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE],
} as const;

/** Characters that the name of an API may have. */
const LONGEST_NAME = 128;

/** As long as a function behind an HTTP API may take. */
const INTEGRATION_TIMEOUT = Duration.seconds(29);
const PREFLIGHT_MAX_AGE = Duration.hours(1);

/** What is kept of each request; neither its body nor its query. */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  userArn: '$context.identity.userArn',
  subject: '$context.authorizer.claims.sub',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  responseLength: '$context.responseLength',
  responseLatency: '$context.responseLatency',
  authorizerError: '$context.authorizer.error',
  integrationError: '$context.integrationErrorMessage',
} as const;

/** An API Gateway HTTP API in front of the function `api`; to read and to write are separate permissions. */
export class SessionApi extends Construct {
  readonly httpApi: HttpApi;
  /** Where requests go, without a slash at the end. */
  readonly url: string;
  /** For callers whose requests are signed; undefined if they bring tokens. */
  readonly policies: ApiPolicies | undefined;

  constructor(scope: Construct, id: string, props: SessionApiProps) {
    super(scope, id);
    this.httpApi = new HttpApi(this, 'HttpApi', {
      // The console's own API stands beside it in the lists of API Gateway.
      apiName: Names.uniqueResourceName(this, { maxLength: LONGEST_NAME }),
      description: 'What operators see of MQTT sessions, and do to them',
      createDefaultStage: false,
      ...corsOf(props.corsOrigins),
    });
    this.url = this.httpApi.apiEndpoint;
    this.addStage(props);
    this.addRoutes(props.handler, props.jwt);
    this.policies = props.jwt === undefined ? new ApiPolicies(this, 'Policies', this.httpApi) : undefined;
  }

  /** Lets a user or role look at sessions, and foresee what a change would do. */
  grantRead(grantee: IGrantable): Grant {
    return grantAccess(this.httpApi, 'read', grantee);
  }

  /** Lets a user or role change sessions; to see them takes `grantRead` too. */
  grantWrite(grantee: IGrantable): Grant {
    return grantAccess(this.httpApi, 'write', grantee);
  }

  private addStage({ logRetention, rateLimit = 50, burstLimit = 100 }: SessionApiProps): void {
    const logGroup = new LogGroup(this, 'AccessLogs', {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.httpApi,
      autoDeploy: true,
      throttle: { rateLimit: limit('rateLimit', rateLimit), burstLimit: limit('burstLimit', burstLimit) },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
  }

  private addRoutes(handler: IFunction, jwt: JwtIssuer | undefined): void {
    const integration = new HttpLambdaIntegration('Integration', handler, {
      timeout: INTEGRATION_TIMEOUT,
      // One permission for this API, where each route of its own would have a line in the function's policy.
      scopePermissionToRoute: false,
    });
    const authorizer = authorizerOf(jwt);
    const scopes = scopesOf(jwt);
    for (const access of ['read', 'write'] as const) {
      this.httpApi.addRoutes({
        path: PATH,
        methods: [...METHODS[access]],
        integration,
        authorizer,
        ...(jwt !== undefined && { authorizationScopes: [scopes[access]] }),
      });
    }
  }
}

function authorizerOf(jwt: JwtIssuer | undefined): IHttpRouteAuthorizer {
  if (jwt === undefined) return new HttpIamAuthorizer();
  return new HttpJwtAuthorizer('Authorizer', jwt.issuer, { jwtAudience: [...jwt.audience] });
}

/** API Gateway answers preflight requests itself, and adds the headers to what the function answers. */
function corsOf(origins: readonly string[] = []) {
  if (origins.length === 0) return {};
  return {
    corsPreflight: {
      allowOrigins: [...origins],
      allowMethods: [
        CorsHttpMethod.GET,
        CorsHttpMethod.POST,
        CorsHttpMethod.PUT,
        CorsHttpMethod.PATCH,
        CorsHttpMethod.DELETE,
      ],
      allowHeaders: ['authorization', 'content-type', 'if-none-match', 'x-amz-date', 'x-amz-security-token'],
      exposeHeaders: ['location'],
      maxAge: PREFLIGHT_MAX_AGE,
    },
  };
}

function limit(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InfrastructureError(
    'infrastructure.apiLimit',
    `api.${name}: ${value} came; allowed: a whole number of requests from 1`,
  );
}
