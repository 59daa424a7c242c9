import { extname, relative, sep } from 'node:path';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { InfrastructureError } from '../errors.ts';
import { allow } from '../permission.ts';
import { filesIn } from './console-build.ts';

export interface ConsoleFilesProps {
  readonly bucket: Bucket;
  /** The folder whose files are put into the bucket; undefined = none of them. */
  readonly directory: string | undefined;
  /** The content of `config.json`. */
  readonly configuration: object;
  readonly logRetention: RetentionDays;
}

/** One request to S3, without what all of them say. */
interface Call {
  readonly action: 'copyObject' | 'putObject';
  readonly parameters: object;
  /** What it reads, by ARN. */
  readonly reads: readonly string[];
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** Vite puts a digest of the content into the names of what it builds; such a file never changes. */
const UNCHANGING = /^assets\/.+-[\w-]{8}\.\w+$/;
const CACHE_FOREVER = 'public, max-age=31536000, immutable';
const CACHE_CHECKED = 'no-cache';

const PAGE = 'index.html';

const TIMEOUT = Duration.minutes(2);

/**
 * The console's files in its bucket. Each is an asset of its own, copied at the deployment by the function that CDK
 * brings for single calls: a handful of files needs neither a Python function with the AWS CLI in a layer, nor
 * permission for whole buckets.
 */
export class ConsoleFiles extends Construct {
  private readonly bucket: Bucket;
  private readonly role: Role;
  private readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: ConsoleFilesProps) {
    super(scope, id);
    this.bucket = props.bucket;
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'What puts the files of the console into their bucket may do',
    });
    allow(this.role, {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [this.logGroup.logGroupArn],
    });
    const copies = keysIn(props.directory).map(([key, file]) => this.copy(file, key));
    this.put('config.json', {
      action: 'putObject',
      parameters: { Body: Stack.of(this).toJsonString(props.configuration) },
      reads: [],
    });
    // The page comes when all that it names is there.
    const page = copies.find(({ node }) => node.id === idOf(PAGE));
    page?.node.addDependency(...copies.filter((copy) => copy !== page));
  }

  private copy(file: string, key: string): AwsCustomResource {
    const asset = new Asset(this, `Asset-${key}`, { path: file });
    const { s3BucketName, s3ObjectKey } = asset;
    return this.put(key, {
      action: 'copyObject',
      parameters: { CopySource: `${s3BucketName}/${s3ObjectKey}`, MetadataDirective: 'REPLACE' },
      reads: [asset.bucket.arnForObjects(s3ObjectKey)],
    });
  }

  private put(key: string, call: Call): AwsCustomResource {
    const target = { Bucket: this.bucket.bucketName, Key: key };
    const write = {
      service: 'S3',
      action: call.action,
      parameters: {
        ...target,
        ContentType: contentTypeOf(key),
        CacheControl: UNCHANGING.test(key) ? CACHE_FOREVER : CACHE_CHECKED,
        ...call.parameters,
      },
      physicalResourceId: PhysicalResourceId.of(key),
      // The answer is of no use, and may be too large for CloudFormation.
      outputPaths: ['ETag'],
    };
    const created = new AwsCustomResource(this, idOf(key), {
      resourceType: 'Custom::ConsoleFile',
      onUpdate: write,
      onDelete: { service: 'S3', action: 'deleteObject', parameters: target },
      role: this.role,
      // A policy of its own for each file, made before it and removed after it. In one policy of all of them a file
      // that the page no longer has could not be deleted: CloudFormation updates first and removes last.
      policy: AwsCustomResourcePolicy.fromStatements([
        new PolicyStatement({
          actions: ['s3:DeleteObject', 's3:PutObject'],
          resources: [this.bucket.arnForObjects(key)],
        }),
        ...call.reads.map((arn) => new PolicyStatement({ actions: ['s3:GetObject'], resources: [arn] })),
      ]),
      logGroup: this.logGroup,
      timeout: TIMEOUT,
      installLatestAwsSdk: false,
    });
    created.node.addDependency(this.role);
    return created;
  }
}

function idOf(key: string): string {
  return `File-${key}`;
}

/** The files of a folder with the keys that they get. */
function keysIn(directory: string | undefined): readonly (readonly [key: string, file: string])[] {
  if (directory === undefined) return [];
  return filesIn(directory).map((file) => [relative(directory, file).split(sep).join('/'), file]);
}

function contentTypeOf(key: string): string {
  const found = CONTENT_TYPES[extname(key)];
  if (found !== undefined) return found;
  throw new InfrastructureError(
    'infrastructure.consoleFile',
    `${key}: its content type is not known; allowed are files that end in ${Object.keys(CONTENT_TYPES).join(', ')}`,
  );
}
