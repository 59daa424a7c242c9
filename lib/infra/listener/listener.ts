import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { type IPeer, type IVpc, Peer, Port, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  Cluster,
  ContainerInsights,
  FargateService,
  type FargateTaskDefinition,
  type ICluster,
} from 'aws-cdk-lib/aws-ecs';
import type { NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { InfrastructureError } from '../errors.ts';
import { createBalancer } from './listener-balancer.ts';
import { createTask } from './listener-task.ts';

export interface PacketListenerProps {
  /** The function `packets` of an `MqttSessions`: `sessions.functions.packets`. */
  readonly packets: IFunction;

  /** Where the load balancer and the containers are. The containers must reach Lambda, SQS, ECR and CloudWatch Logs. */
  readonly vpc: IVpc;

  /**
   * Decides who may connect: gets `{ clientId, username?, password?, principal?, remoteAddress? }`, the password in
   * base64, and answers `{ allowed, principal? }`.
   *
   * WITHOUT IT EVERYBODY WHO REACHES THE LOAD BALANCER MAY CONNECT, with any client identifier, and take over the
   * session of any client. It must be there if the load balancer is on the internet.
   *
   * @default - everybody may connect
   */
  readonly authorizer?: IFunction;

  /**
   * For TLS, which the load balancer ends: MQTT at port 8883, WebSocket at port 443. It must be there if the load
   * balancer is on the internet.
   *
   * @default - no TLS: MQTT at port 1883, WebSocket at port 80
   */
  readonly certificate?: ICertificate;

  /**
   * Whether the load balancer is on the internet.
   *
   * @default false
   */
  readonly internetFacing?: boolean;

  /**
   * Which addresses may connect.
   *
   * @default - all of them on the internet, else those of the VPC
   */
  readonly clients?: IPeer;

  /**
   * The subnets of the containers.
   *
   * @default - private subnets, if there are any
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * The cluster in which the containers run.
   *
   * @default - one of its own
   */
  readonly cluster?: ICluster;

  /**
   * How many containers run; for a number that follows the load use `service.autoScaleTaskCount`. A container
   * that ends sends its clients away, which connect again to another one and find their sessions.
   *
   * @default 2
   */
  readonly desiredCount?: number;

  /**
   * Units of processor time, 1024 = one processor.
   *
   * @default 512
   */
  readonly cpu?: number;

  /**
   * Memory of a container; an idle client takes about 20 KB of it.
   *
   * @default 1024
   */
  readonly memoryLimitMiB?: number;

  /**
   * Variables for the container, added to those that it needs itself, such as the limits in
   * lib/listener/configuration/environment.ts: `{ MAXIMUM_CONNECTIONS: '20000' }`.
   *
   * @default - none
   */
  readonly environment?: Readonly<Record<string, string>>;

  /**
   * How long its logs are kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
}

/**
 * Containers that take MQTT over TCP and WebSocket to the function `packets`, behind a Network Load Balancer.
 * Not part of `MqttSessions`: clients may also reach the packet edge through AWS IoT Core, without any container.
 *
 * @example
 * new PacketListener(this, 'Listener', {
 *   packets: sessions.functions.packets, vpc, authorizer, certificate, internetFacing: true,
 * });
 */
export class PacketListener extends Construct {
  readonly loadBalancer: NetworkLoadBalancer;
  readonly service: FargateService;

  constructor(scope: Construct, id: string, props: PacketListenerProps) {
    super(scope, id);
    const { vpc, certificate, internetFacing = false } = props;
    if (internetFacing) checkGuarded(props);
    const task = createTask(this, {
      packets: props.packets,
      authorizer: props.authorizer,
      cpu: props.cpu ?? 512,
      memoryLimitMiB: props.memoryLimitMiB ?? 1024,
      environment: props.environment ?? {},
      logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
    });
    const cluster = props.cluster ?? createCluster(this, vpc);
    this.service = createService(this, { ...props, cluster, task });
    this.loadBalancer = createBalancer(this, {
      vpc,
      certificate,
      internetFacing,
      clients: props.clients,
      service: this.service,
    });
  }
}

function createCluster(scope: Construct, vpc: IVpc): ICluster {
  const cluster = new Cluster(scope, 'Cluster', { vpc, containerInsightsV2: ContainerInsights.ENABLED });
  // Under exactOptionalPropertyTypes the class does not fit its own interface.
  return cluster as ICluster;
}

interface ServiceProps extends Pick<PacketListenerProps, 'vpc' | 'vpcSubnets' | 'desiredCount'> {
  readonly cluster: ICluster;
  readonly task: FargateTaskDefinition;
}

function createService(
  scope: Construct,
  { vpc, vpcSubnets, cluster, task, desiredCount = 2 }: ServiceProps,
): FargateService {
  const securityGroup = new SecurityGroup(scope, 'SecurityGroup', {
    vpc,
    description: 'Listeners of MQTT sessions',
    allowAllOutbound: false,
  });
  securityGroup.addEgressRule(Peer.anyIpv4(), Port.HTTPS, 'Lambda, SQS, ECR and CloudWatch Logs');
  return new FargateService(scope, 'Service', {
    cluster,
    taskDefinition: task,
    desiredCount,
    securityGroups: [securityGroup],
    ...(vpcSubnets && { vpcSubnets }),
    circuitBreaker: { rollback: true },
    // The new ones first, so that clients that are sent away find a place.
    minHealthyPercent: 100,
    maxHealthyPercent: 200,
  });
}

function checkGuarded({ certificate, authorizer }: PacketListenerProps): void {
  const missing = [
    ...(certificate === undefined ? ['certificate'] : []),
    ...(authorizer === undefined ? ['authorizer'] : []),
  ];
  if (missing.length === 0) return;
  throw new InfrastructureError(
    'infrastructure.listenerUnguarded',
    `internetFacing came without ${missing.join(' and ')}; on the internet everybody could read along or take over any session, so give both, or leave internetFacing out`,
  );
}
