import { Duration, Validations } from 'aws-cdk-lib';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { type IPeer, type IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import { NetworkLoadBalancer, Protocol, SslPolicy } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { CONTAINER_NAME, CONTAINER_PORTS } from './listener-ports.ts';

export interface ListenerBalancerProps {
  readonly vpc: IVpc;
  readonly certificate: ICertificate | undefined;
  readonly internetFacing: boolean;
  readonly clients: IPeer | undefined;
  readonly service: FargateService;
}

/** Ports that clients know, with TLS and without. */
const SECURE_PORTS = { mqtt: 8883, webSocket: 443 } as const;
const PLAIN_PORTS = { mqtt: 1883, webSocket: 80 } as const;

/** A container that ends says so to its clients by itself, so there is nothing to wait for. */
const DEREGISTRATION_DELAY = Duration.seconds(10);
const HEALTH_CHECK_INTERVAL = Duration.seconds(10);

/** The load balancer in front of the containers. */
export function createBalancer(scope: Construct, props: ListenerBalancerProps): NetworkLoadBalancer {
  const { vpc, certificate, internetFacing, service } = props;
  const securityGroup = new SecurityGroup(scope, 'BalancerSecurityGroup', {
    vpc,
    description: 'MQTT clients to the load balancer',
    allowAllOutbound: false,
  });
  const balancer = new NetworkLoadBalancer(scope, 'Balancer', {
    vpc,
    internetFacing,
    crossZoneEnabled: true,
    securityGroups: [securityGroup],
  });
  const clients = props.clients ?? (internetFacing ? Peer.anyIpv4() : Peer.ipv4(vpc.vpcCidrBlock));
  const ports = certificate === undefined ? PLAIN_PORTS : SECURE_PORTS;
  for (const name of ['mqtt', 'webSocket'] as const) {
    const containerPort = CONTAINER_PORTS[name];
    const id = name === 'mqtt' ? 'Mqtt' : 'WebSocket';
    const listener = balancer.addListener(id, {
      port: ports[name],
      protocol: certificate === undefined ? Protocol.TCP : Protocol.TLS,
      ...(certificate !== undefined && { certificates: [certificate], sslPolicy: SslPolicy.RECOMMENDED_TLS }),
    });
    listener.addTargets('Containers', {
      port: containerPort,
      protocol: Protocol.TCP,
      targets: [service.loadBalancerTarget({ containerName: CONTAINER_NAME, containerPort })],
      // So that the limit of connections an address, the authorizer and the session record see clients.
      preserveClientIp: true,
      deregistrationDelay: DEREGISTRATION_DELAY,
      healthCheck: { protocol: Protocol.TCP, interval: HEALTH_CHECK_INTERVAL },
    });
    securityGroup.addIngressRule(clients, Port.tcp(ports[name]), `${id} clients`);
    service.connections.allowFrom(securityGroup, Port.tcp(containerPort), `${id} of the load balancer`);
  }
  acknowledge(balancer, securityGroup);
  return balancer;
}

function acknowledge(balancer: NetworkLoadBalancer, securityGroup: SecurityGroup): void {
  Validations.of(balancer).acknowledge({
    id: 'AwsSolutions-ELB2',
    reason:
      'The listener logs who connects, with client identifier and address; access logs need a bucket, which is for the caller to choose.',
  });
  Validations.of(securityGroup).acknowledge({
    id: 'AwsSolutions-EC23',
    reason:
      'Devices connect from anywhere; on the internet TLS and an authorizer are required, and `clients` narrows the addresses.',
  });
}
