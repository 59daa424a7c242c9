import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { AuthorizationOptions } from '#local/http-api/authorization';
import { HttpApi } from '#local/http-api/http-api';
import { TokenVerifier } from '#local/http-api/json-web-token';
import type { Route } from '#local/http-api/route';
import type { Functions } from '#local/lambda/functions';
import type { ResourceHandler } from '#local/template/deploy';
import type { CreatedResource, Environment, Resource } from '#local/template/template';
import type { FunctionCall } from './function-permissions.ts';
import { ignored, propertiesOf } from './properties.ts';

const apiSchema = z.strictObject({
  Name: z.string(),
  ProtocolType: z.literal('HTTP'),
  CorsConfiguration: z.optional(
    z.strictObject({
      AllowOrigins: z.optional(z.array(z.string())),
      AllowMethods: z.optional(z.array(z.string())),
      AllowHeaders: z.optional(z.array(z.string())),
      ExposeHeaders: z.optional(z.array(z.string())),
      AllowCredentials: z.optional(z.boolean()),
      MaxAge: z.optional(z.number()),
    }),
  ),
  Description: ignored,
  Tags: ignored,
});

const integrationSchema = z.strictObject({
  ApiId: z.string(),
  IntegrationType: z.literal('AWS_PROXY'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0'),
  TimeoutInMillis: z.optional(z.number()),
});

const routeSchema = z.strictObject({
  ApiId: z.string(),
  RouteKey: z.string(),
  Target: z.string().startsWith('integrations/'),
  AuthorizationType: z.optional(z.enum(['NONE', 'AWS_IAM', 'JWT'])),
  AuthorizerId: z.optional(z.string()),
  AuthorizationScopes: z.optional(z.array(z.string())),
});

const authorizerSchema = z.strictObject({
  ApiId: z.string(),
  AuthorizerType: z.literal('JWT'),
  IdentitySource: z.tuple([z.literal('$request.header.Authorization')]),
  JwtConfiguration: z.strictObject({ Issuer: z.string(), Audience: z.array(z.string()) }),
  Name: z.string(),
});

const stageSchema = z.strictObject({
  ApiId: z.string(),
  StageName: z.literal('$default'),
  AutoDeploy: z.literal(true),
  AccessLogSettings: ignored,
  // One machine has one operator, whom nothing throttles.
  DefaultRouteSettings: ignored,
  Tags: ignored,
});

/** What API Gateway takes where the template says nothing. */
const DEFAULT_TIMEOUT_MS = 30_000;

export interface HttpApiContext {
  readonly environment: Environment;
  readonly functions: Functions;
  readonly authorization: AuthorizationOptions;
}

/** The HTTP APIs of the stack, put together from the resources that a template has for them. */
export class HttpApis {
  /** By their id, in the order of the template. */
  readonly all = new Map<string, HttpApi>();
  readonly calls: FunctionCall[] = [];
  readonly handlers: Readonly<Record<string, ResourceHandler>>;
  private readonly context: HttpApiContext;
  private readonly integrations = new Map<string, z.infer<typeof integrationSchema>>();

  constructor(context: HttpApiContext) {
    this.context = context;
    this.handlers = {
      'AWS::ApiGatewayV2::Api': (resource) => this.addApi(resource),
      'AWS::ApiGatewayV2::Integration': (resource) => {
        this.integrations.set(resource.logicalId, propertiesOf(resource, integrationSchema));
        return created(resource.logicalId);
      },
      'AWS::ApiGatewayV2::Authorizer': (resource) => {
        const { ApiId, JwtConfiguration } = propertiesOf(resource, authorizerSchema);
        const { Issuer: issuer, Audience: audience } = JwtConfiguration;
        this.api(ApiId).addAuthorizer(resource.logicalId, new TokenVerifier({ issuer, audience }));
        return created(resource.logicalId);
      },
      'AWS::ApiGatewayV2::Route': (resource) => this.addRoute(resource),
      'AWS::ApiGatewayV2::Stage': (resource) => {
        propertiesOf(resource, stageSchema);
        return created('$default');
      },
    };
  }

  private addApi(resource: Resource): CreatedResource {
    const { CorsConfiguration: cors } = propertiesOf(resource, apiSchema);
    const { environment, functions, authorization } = this.context;
    const apiId = createHash('sha256').update(resource.logicalId).digest('hex').slice(0, 10);
    const api = new HttpApi({
      apiId,
      environment,
      authorization,
      functionOf: (functionArn) => functions.get(functionArn),
      cors: cors && {
        allowOrigins: cors.AllowOrigins ?? [],
        allowMethods: cors.AllowMethods ?? [],
        allowHeaders: cors.AllowHeaders ?? [],
        exposeHeaders: cors.ExposeHeaders ?? [],
        allowCredentials: cors.AllowCredentials ?? false,
        maxAgeSeconds: cors.MaxAge,
      },
    });
    this.all.set(apiId, api);
    const ApiEndpoint = `https://${apiId}.execute-api.${environment.region}.amazonaws.com`;
    return { ref: apiId, attributes: { ApiEndpoint, ApiId: apiId } };
  }

  private addRoute(resource: Resource): CreatedResource {
    const properties = propertiesOf(resource, routeSchema);
    const { ApiId: apiId, RouteKey: routeKey, Target: target } = properties;
    const integration = this.integrations.get(target.slice('integrations/'.length));
    if (integration === undefined)
      throw new Error(`${resource.logicalId} names ${target}, which is not there`);
    const { IntegrationUri: functionArn, TimeoutInMillis: timeoutMs = DEFAULT_TIMEOUT_MS } = integration;
    this.api(apiId).addRoute({
      routeKey,
      functionArn,
      timeoutMs,
      authorization: authorizationOf(properties),
    });
    const { region, accountId } = this.context.environment;
    const path = routeKey.replace(' ', '');
    this.calls.push({
      who: `The route ${routeKey}`,
      principal: 'apigateway.amazonaws.com',
      sourceArn: `arn:aws:execute-api:${region}:${accountId}:${apiId}/$default/${path}`,
      functionArn,
    });
    return created(resource.logicalId);
  }

  private api(apiId: string): HttpApi {
    const api = this.all.get(apiId);
    if (api === undefined) throw new Error(`The stack has no HTTP API ${apiId}`);
    return api;
  }
}

function authorizationOf(properties: z.infer<typeof routeSchema>): Route['authorization'] {
  const { AuthorizationType: type = 'NONE', AuthorizerId = '', AuthorizationScopes = [] } = properties;
  return type === 'JWT' ? { type, authorizerId: AuthorizerId, scopes: AuthorizationScopes } : { type };
}

function created(ref: string): CreatedResource {
  return { ref, attributes: {} };
}
