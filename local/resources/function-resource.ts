import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { LocalCloudError } from '#local/errors';
import type { Callers } from '#local/iam/callers';
import type { Functions } from '#local/lambda/functions';
import { LambdaFunction, type LambdaFunctionOptions } from '#local/lambda/lambda-function';
import type { Queues } from '#local/sqs/queues';
import type { Assembly } from '#local/template/assembly';
import type { CreatedResource, Environment, Resource } from '#local/template/template';
import { ignored, propertiesOf } from './properties.ts';

const functionSchema = z.strictObject({
  FunctionName: z.optional(z.string()),
  Code: z.object({ S3Key: z.string() }),
  Handler: z.string().regex(/^[^.]+\.[^.]+$/),
  Runtime: z.string().regex(/^nodejs/),
  Role: z.string(),
  Environment: z.optional(z.object({ Variables: z.optional(z.record(z.string(), z.string())) })),
  Timeout: z.optional(z.number()),
  MemorySize: z.optional(z.number()),
  ReservedConcurrentExecutions: z.optional(z.number()),
  LoggingConfig: z.optional(z.looseObject({ LogGroup: z.optional(z.string()) })),
  Architectures: ignored,
  Description: ignored,
  RecursiveLoop: ignored,
  RuntimeManagementConfig: ignored,
  Tags: ignored,
  TracingConfig: ignored,
});

/** What Lambda uses where the template says nothing. */
const DEFAULTS = { timeoutSeconds: 3, memoryMegabytes: 128 } as const;

export interface FunctionContext {
  readonly functions: Functions;
  readonly callers: Callers;
  readonly assembly: Assembly;
  readonly environment: Environment;
  readonly awsUrl: string;
  readonly options: LambdaFunctionOptions;
}

export function createFunction(
  resource: Resource,
  context: FunctionContext & { readonly callerName: string },
): CreatedResource {
  const { region, accountId } = context.environment;
  const properties = propertiesOf(resource, functionSchema);
  const name = properties.FunctionName ?? resource.physicalName;
  const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`;
  const timeoutSeconds = properties.Timeout ?? DEFAULTS.timeoutSeconds;
  const memoryMegabytes = properties.MemorySize ?? DEFAULTS.memoryMegabytes;
  const logGroupName = properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`;
  const [fileName = '', exportName = ''] = properties.Handler.split('.');
  const folder = context.assembly.assetPath(properties.Code.S3Key);
  const { concurrency } = context.options;
  // A logical id has letters and digits alone, as DynamoDB Local wants access key ids.
  const accessKeyId = resource.logicalId;
  context.callers.add(accessKeyId, { functionName: name, roleArn: properties.Role });
  const reserved = properties.ReservedConcurrentExecutions ?? concurrency;
  context.functions.add(
    new LambdaFunction(
      {
        name,
        arn,
        file: bundleIn(folder, fileName, resource.logicalId),
        exportName,
        timeoutSeconds,
        memoryMegabytes,
        logGroupName,
        environment: {
          ...properties.Environment?.Variables,
          ...runtimeEnvironment(context.environment, context.awsUrl),
          AWS_ACCESS_KEY_ID: accessKeyId,
          AWS_LAMBDA_FUNCTION_NAME: name,
          AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
          AWS_LAMBDA_LOG_GROUP_NAME: logGroupName,
          LAMBDA_TASK_ROOT: folder ?? '',
          _HANDLER: properties.Handler,
          // Which function calls is then seen in the user agent of its requests.
          AWS_SDK_UA_APP_ID: context.callerName,
        },
      },
      { ...context.options, concurrency: Math.min(reserved, concurrency) },
    ),
  );
  return { ref: name, attributes: { Arn: arn } };
}

/** What Lambda's runtime sets, and the addresses of the local cloud; the SDKs find them by themselves. */
function runtimeEnvironment({ region }: Environment, awsUrl: string): Record<string, string> {
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: awsUrl,
    AWS_ENDPOINT_URL_EVENTBRIDGE: awsUrl,
    AWS_ENDPOINT_URL_IOT_DATA_PLANE: awsUrl,
    AWS_ENDPOINT_URL_LAMBDA: awsUrl,
    AWS_ENDPOINT_URL_SQS: awsUrl,
    // A word about the Node of this machine, which is not the one of Lambda.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    TZ: ':UTC',
    PATH: process.env['PATH'] ?? '',
  };
}

function bundleIn(folder: string | undefined, fileName: string, logicalId: string): string {
  const names = ['mjs', 'js', 'cjs'].map((extension) => `${fileName}.${extension}`);
  const found = names.map((name) => join(folder ?? '', name)).find((file) => existsSync(file));
  if (folder !== undefined && found !== undefined) return found;
  throw new LocalCloudError(
    'template.unresolvable',
    `The assembly has no bundle for ${logicalId}: none of ${names.join(', ')} in ${folder ?? 'its assets'}.`,
  );
}

const destination = z.object({ Destination: z.string() });

const invokeConfigSchema = z.strictObject({
  FunctionName: z.string(),
  Qualifier: z.literal('$LATEST'),
  MaximumRetryAttempts: z.optional(z.number()),
  MaximumEventAgeInSeconds: z.optional(z.number()),
  DestinationConfig: z.optional(z.strictObject({ OnFailure: z.optional(destination) })),
});

/** How asynchronous invocations are retried, and where those go that are given up. */
export function configureInvocations(
  resource: Resource,
  { functions, queues }: { readonly functions: Functions; readonly queues: Queues },
): CreatedResource {
  const properties = propertiesOf(resource, invokeConfigSchema);
  const target = properties.DestinationConfig?.OnFailure?.Destination;
  const queue = target === undefined ? undefined : queues.get(target);
  functions.configureAsynchronous(properties.FunctionName, {
    maximumRetryAttempts: properties.MaximumRetryAttempts ?? 2,
    maximumEventAgeSeconds: properties.MaximumEventAgeInSeconds ?? 21_600,
    ...(queue === undefined ? {} : { onFailure: (record: string) => void queue.send(record) }),
  });
  return { ref: resource.physicalName, attributes: {} };
}
