import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { ApiAuthorization } from '#local/http-api/authorization';
import type { Assembly } from '#local/template/assembly';
import type { ResourceHandler } from '#local/template/deploy';
import { referencesOf } from '#local/template/intrinsics';
import type { CreatedResource, Environment, Resource, Template } from '#local/template/template';
import { Bucket } from '#local/web/bucket';
import { ignored, propertiesOf } from './properties.ts';

const bucketSchema = z.strictObject({
  BucketName: z.optional(z.string()),
  BucketEncryption: ignored,
  PublicAccessBlockConfiguration: ignored,
  Tags: ignored,
});

const fileSchema = z.strictObject({
  ServiceToken: z.string(),
  /** A call of the SDK, in JSON. */
  Create: z.string(),
  Update: ignored,
  Delete: ignored,
  InstallLatestAwsSdk: ignored,
});

const target = {
  Bucket: z.string(),
  Key: z.string(),
  ContentType: z.string(),
  CacheControl: z.string(),
};

const callSchema = z.discriminatedUnion('action', [
  z.object({
    service: z.literal('S3'),
    action: z.literal('copyObject'),
    parameters: z.strictObject({
      ...target,
      CopySource: z.string(),
      MetadataDirective: z.literal('REPLACE'),
    }),
  }),
  z.object({
    service: z.literal('S3'),
    action: z.literal('putObject'),
    parameters: z.strictObject({ ...target, Body: z.string() }),
  }),
]);

const configurationSchema = z.looseObject({ apiUrl: z.string(), auth: ignored });
const CONFIGURATION_KEY = 'config.json';

export interface ConsoleFilesContext {
  readonly assembly: Assembly;
  readonly environment: Environment;
  readonly authorization: { readonly mode: ApiAuthorization };
}

/** The buckets of the stack, and the files that it puts into them. */
export class ConsoleFiles {
  readonly buckets = new Map<string, Bucket>();
  readonly handlers: Readonly<Record<string, ResourceHandler>>;
  private readonly context: ConsoleFilesContext;

  constructor(context: ConsoleFilesContext) {
    this.context = context;
    this.handlers = {
      'AWS::S3::Bucket': (resource) => this.addBucket(resource),
      'Custom::ConsoleFile': (resource) => this.addFile(resource),
    };
  }

  private addBucket(resource: Resource): CreatedResource {
    const name = propertiesOf(resource, bucketSchema).BucketName ?? resource.physicalName.toLowerCase();
    this.buckets.set(name, new Bucket(name));
    const RegionalDomainName = `${name}.s3.${this.context.environment.region}.amazonaws.com`;
    return { ref: name, attributes: { Arn: `arn:aws:s3:::${name}`, RegionalDomainName } };
  }

  /** Does itself what a function of CDK does at a deployment. */
  private addFile(resource: Resource): CreatedResource {
    const call = callSchema.parse(JSON.parse(propertiesOf(resource, fileSchema).Create));
    const {
      Bucket: bucket,
      Key: key,
      ContentType: contentType,
      CacheControl: cacheControl,
    } = call.parameters;
    const content =
      call.action === 'copyObject'
        ? this.assetOf(call.parameters.CopySource)
        : Buffer.from(
            key === CONFIGURATION_KEY ? this.configured(call.parameters.Body) : call.parameters.Body,
          );
    this.buckets.get(bucket)?.put(key, { content, contentType, cacheControl });
    return { ref: key, attributes: {} };
  }

  private assetOf(copySource: string): Buffer {
    const objectKey = copySource.slice(copySource.indexOf('/') + 1);
    const path = this.context.assembly.assetPath(objectKey);
    if (path === undefined) throw new Error(`The assembly has no file for ${copySource}`);
    return readFileSync(path);
  }

  /** Where the API takes who comes for the operator, the page need not send anybody to sign in. */
  private configured(body: string): string {
    if (this.context.authorization.mode === 'enforced') return body;
    const { auth: _, ...configuration } = configurationSchema.parse(JSON.parse(body));
    return JSON.stringify(configuration);
  }
}

/** The functions that do the work of custom resources; the local cloud does it itself and starts none of them. */
export function providersOf({ Resources }: Template): ReadonlySet<string> {
  return new Set(
    Object.values(Resources)
      .filter(({ Type }) => Type.startsWith('Custom::'))
      .flatMap(({ Properties }) => [...referencesOf(Properties?.['ServiceToken'])]),
  );
}
