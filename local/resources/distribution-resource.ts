import * as z from 'zod';
import type { HttpApi } from '#local/http-api/http-api';
import type { ResourceHandler } from '#local/template/deploy';
import type { CreatedResource, Environment, Resource } from '#local/template/template';
import type { Bucket } from '#local/web/bucket';
import { type Behavior, Distribution } from '#local/web/distribution';
import type { ConsoleFiles } from './console-file-resource.ts';
import type { HttpApis } from './http-api-resource.ts';
import { ignored, propertiesOf } from './properties.ts';
import { headersOf } from './response-headers.ts';

const functionSchema = z.strictObject({
  Name: z.string(),
  FunctionCode: z.string(),
  AutoPublish: z.literal(true),
  FunctionConfig: ignored,
});

const behaviorFields = {
  TargetOriginId: z.string(),
  ResponseHeadersPolicyId: z.optional(z.string()),
  AllowedMethods: z.optional(z.array(z.string())),
  FunctionAssociations: z.optional(
    z.array(z.strictObject({ EventType: z.literal('viewer-request'), FunctionARN: z.string() })),
  ),
  // Nothing is cached on one machine, there is no TLS, and an origin gets all that a viewer sends.
  CachePolicyId: ignored,
  Compress: ignored,
  OriginRequestPolicyId: ignored,
  ViewerProtocolPolicy: ignored,
};

const distributionSchema = z.strictObject({
  DistributionConfig: z.strictObject({
    Enabled: z.literal(true),
    DefaultRootObject: z.string(),
    DefaultCacheBehavior: z.strictObject(behaviorFields),
    CacheBehaviors: z.optional(z.array(z.strictObject({ PathPattern: z.string(), ...behaviorFields }))),
    Origins: z.array(
      z.strictObject({
        Id: z.string(),
        DomainName: z.string(),
        CustomOriginConfig: ignored,
        OriginAccessControlId: ignored,
        S3OriginConfig: ignored,
      }),
    ),
    // How long errors are kept, and no pages in their place.
    CustomErrorResponses: z.optional(
      z.array(z.strictObject({ ErrorCode: z.number(), ErrorCachingMinTTL: z.number() })),
    ),
    Comment: ignored,
    HttpVersion: ignored,
    IPV6Enabled: ignored,
    PriceClass: ignored,
  }),
  Tags: ignored,
});

type BehaviorProperties = z.infer<z.ZodObject<typeof behaviorFields>>;

/** As CloudFront has it where the template says nothing. */
const DEFAULT_METHODS = ['GET', 'HEAD'] as const;

export interface DistributionContext {
  readonly environment: Environment;
  readonly apis: HttpApis;
  readonly files: ConsoleFiles;
}

/** CloudFront's resources of the stack. */
export class Distributions {
  readonly all: Distribution[] = [];
  readonly handlers: Readonly<Record<string, ResourceHandler>>;
  private readonly context: DistributionContext;
  private readonly headers = new Map<string, Readonly<Record<string, string>>>();
  private readonly functionCodes = new Map<string, string>();

  constructor(context: DistributionContext) {
    this.context = context;
    this.handlers = {
      'AWS::CloudFront::ResponseHeadersPolicy': (resource) => {
        this.headers.set(resource.physicalName, headersOf(resource));
        return { ref: resource.physicalName, attributes: { Id: resource.physicalName } };
      },
      'AWS::CloudFront::Function': (resource) => {
        const { Name, FunctionCode } = propertiesOf(resource, functionSchema);
        const arn = `arn:aws:cloudfront::${context.environment.accountId}:function/${Name}`;
        this.functionCodes.set(arn, FunctionCode);
        return { ref: arn, attributes: { FunctionARN: arn } };
      },
      'AWS::CloudFront::Distribution': (resource) => this.add(resource),
    };
  }

  private add(resource: Resource): CreatedResource {
    const { DistributionConfig: config } = propertiesOf(resource, distributionSchema);
    const { CacheBehaviors = [], DefaultCacheBehavior, DefaultRootObject, Origins } = config;
    const behaviorOf = (properties: BehaviorProperties, pathPattern: string): Behavior => {
      const origin = Origins.find(({ Id }) => Id === properties.TargetOriginId)?.DomainName ?? '';
      const [association] = properties.FunctionAssociations ?? [];
      return {
        pathPattern,
        allowedMethods: properties.AllowedMethods ?? DEFAULT_METHODS,
        origin: this.originAt(origin, resource),
        headers: this.headers.get(properties.ResponseHeadersPolicyId ?? '') ?? {},
        functionCode: this.functionCodes.get(association?.FunctionARN ?? ''),
      };
    };
    this.all.push(
      new Distribution(
        [
          ...CacheBehaviors.map((each) => behaviorOf(each, each.PathPattern)),
          behaviorOf(DefaultCacheBehavior, '*'),
        ],
        DefaultRootObject,
      ),
    );
    const DomainName = `${resource.logicalId.toLowerCase()}.cloudfront.net`;
    return { ref: resource.physicalName, attributes: { DomainName, Id: resource.physicalName } };
  }

  /** Both kinds of origin have their name in the first part of their domain. */
  private originAt(domainName: string, { logicalId }: Resource): Bucket | HttpApi {
    const [name = ''] = domainName.split('.');
    const { apis, files } = this.context;
    const origin = apis.all.get(name) ?? files.buckets.get(name);
    if (origin !== undefined) return origin;
    throw new Error(
      `${logicalId} has the origin ${domainName}, which is neither an HTTP API nor a bucket here`,
    );
  }
}
