import { ArnFormat, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  ContainerImage,
  CpuArchitecture,
  FargateTaskDefinition,
  LogDrivers,
  OperatingSystemFamily,
} from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { LISTENER_QUEUE_ACTIONS, LISTENER_QUEUE_PREFIX } from '../names.ts';
import { allow } from '../permission.ts';
import { createImage } from './listener-image.ts';
import { CONTAINER_NAME, CONTAINER_PORTS } from './listener-ports.ts';

export interface ListenerTaskProps {
  readonly packets: IFunction;
  readonly authorizer: IFunction | undefined;
  readonly cpu: number;
  readonly memoryLimitMiB: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
}

/** From SIGTERM to SIGKILL; the listener itself takes 25 s at most to tell the function who was sent away. */
const STOP_TIMEOUT = Duration.seconds(40);

/** What one container is, and what it may do. */
export function createTask(scope: Construct, props: ListenerTaskProps): FargateTaskDefinition {
  const { packets, authorizer, cpu, memoryLimitMiB } = props;
  const logGroup = new LogGroup(scope, 'Logs', {
    retention: props.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const task = new FargateTaskDefinition(scope, 'Task', {
    cpu,
    memoryLimitMiB,
    runtimePlatform: {
      cpuArchitecture: CpuArchitecture.ARM64,
      operatingSystemFamily: OperatingSystemFamily.LINUX,
    },
    taskRole: createRole(scope, authorizer === undefined ? [packets] : [packets, authorizer]),
  });
  task.addContainer(CONTAINER_NAME, {
    image: ContainerImage.fromDockerImageAsset(createImage(scope)),
    environment: {
      PACKETS_FUNCTION: packets.functionName,
      QUEUE_NAME_PREFIX: LISTENER_QUEUE_PREFIX,
      ...(authorizer !== undefined && { AUTHORIZER_FUNCTION: authorizer.functionName }),
      MQTT_PORT: String(CONTAINER_PORTS.mqtt),
      WS_PORT: String(CONTAINER_PORTS.webSocket),
      ...props.environment,
    },
    logging: LogDrivers.awsLogs({ logGroup, streamPrefix: 'listener' }),
    portMappings: Object.values(CONTAINER_PORTS).map((containerPort) => ({ containerPort })),
    readonlyRootFilesystem: true,
    stopTimeout: STOP_TIMEOUT,
  });
  Validations.of(task).acknowledge({
    id: 'AwsSolutions-ECS2',
    reason: 'The variables hold names of resources, port numbers and limits, and no secret.',
  });
  acknowledgeRegistryToken(task);
  return task;
}

function createRole(scope: Construct, functions: readonly IFunction[]): Role {
  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
    description: 'What a listener of MQTT sessions may do',
  });
  allow(role, {
    actions: ['lambda:InvokeFunction'],
    resources: functions.map(({ functionArn }) => functionArn),
  });
  const resource = `${LISTENER_QUEUE_PREFIX}*`;
  allow(role, {
    actions: LISTENER_QUEUE_ACTIONS,
    resources: [
      Stack.of(scope).formatArn({ service: 'sqs', resource, arnFormat: ArnFormat.NO_RESOURCE_NAME }),
    ],
    wildcardReason:
      'Each process makes a queue of its own at its start; the wildcard stands for those of listeners of this account in this Region.',
  });
  return role;
}

function acknowledgeRegistryToken(task: FargateTaskDefinition): void {
  Validations.of(task.obtainExecutionRole()).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'ecr:GetAuthorizationToken knows no resource; the images themselves are named.',
  });
}
