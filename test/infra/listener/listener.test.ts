import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { FlowLogDestination, type IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { PacketListener, type PacketListenerProps } from '#infra/listener/listener';
import { appWithoutBundles } from '../synthesized/stack.ts';

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function';
const CERTIFICATE = 'arn:aws:acm:eu-west-1:123456789012:certificate/one';

/** A stack with a listener in it; `guarded` as it has to be on the internet. */
function stackWith(
  props: Partial<PacketListenerProps> = {},
  { guarded = false, app = appWithoutBundles() }: { guarded?: boolean; app?: App } = {},
): Stack {
  const stack = new Stack(app, 'Fleet', { env: { account: '123456789012', region: 'eu-west-1' } });
  const vpc = new Vpc(stack, 'Vpc', {
    flowLogs: { all: { destination: FlowLogDestination.toCloudWatchLogs() } },
  });
  const named = (name: string) => LambdaFunction.fromFunctionArn(stack, name, `${ARN}:${name}`);
  new PacketListener(stack, 'Listener', {
    packets: named('packets'),
    // Under exactOptionalPropertyTypes the class does not fit its own interface.
    vpc: vpc as IVpc,
    ...(guarded && {
      internetFacing: true,
      authorizer: named('authorizer'),
      certificate: Certificate.fromCertificateArn(stack, 'Certificate', CERTIFICATE),
    }),
    ...props,
  });
  return stack;
}

const plain = Template.fromStack(stackWith());
const guarded = Template.fromStack(stackWith({}, { guarded: true }));

/** The policy of the containers. */
function statementsOf(template: Template): unknown[] {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
  const [, policy] = policies.find(([id]) => id.startsWith('ListenerRole')) ?? [];
  return policy?.['Properties'].PolicyDocument.Statement;
}

test('a container may invoke the function and use the queues of listeners, nothing else', () => {
  const queues = {
    'Fn::Join': [
      '',
      ['arn:', { Ref: 'AWS::Partition' }, ':sqs:eu-west-1:123456789012:mqtt-sessions-listener-*'],
    ],
  };
  expect(statementsOf(plain)).toEqual([
    { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: `${ARN}:packets` },
    {
      Effect: 'Allow',
      Action: ['sqs:CreateQueue', 'sqs:DeleteMessage', 'sqs:DeleteQueue', 'sqs:ReceiveMessage'],
      Resource: queues,
    },
  ]);
});

test('with an authorizer it may invoke that too', () => {
  expect(statementsOf(guarded)[0]).toMatchObject({ Resource: [`${ARN}:packets`, `${ARN}:authorizer`] });
});

test('a container is told by its environment what it needs, and what the caller adds', () => {
  Template.fromStack(stackWith({ environment: { MAXIMUM_CONNECTIONS: '5' } })).hasResourceProperties(
    'AWS::ECS::TaskDefinition',
    {
      ContainerDefinitions: [
        Match.objectLike({
          Environment: [
            { Name: 'PACKETS_FUNCTION', Value: 'packets' },
            { Name: 'QUEUE_NAME_PREFIX', Value: 'mqtt-sessions-listener-' },
            { Name: 'MQTT_PORT', Value: '1883' },
            { Name: 'WS_PORT', Value: '8080' },
            { Name: 'MAXIMUM_CONNECTIONS', Value: '5' },
          ],
        }),
      ],
    },
  );
});

test('it runs on ARM, cannot write to its file system, and has time to end', () => {
  plain.hasResourceProperties('AWS::ECS::TaskDefinition', {
    Cpu: '512',
    Memory: '1024',
    RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
    ContainerDefinitions: [Match.objectLike({ ReadonlyRootFilesystem: true, StopTimeout: 40 })],
  });
});

test('two containers run, and new ones start before old ones end', () => {
  plain.hasResourceProperties('AWS::ECS::Service', {
    DesiredCount: 2,
    LaunchType: 'FARGATE',
    DeploymentConfiguration: {
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
    },
  });
});

test.each([
  [false, 'TCP', 1883, 80],
  [true, 'TLS', 8883, 443],
] as const)('on the internet: %s, over %s at %i and %i', (isGuarded, protocol, mqtt, webSocket) => {
  const template = isGuarded ? guarded : plain;
  for (const port of [mqtt, webSocket]) {
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: port,
      Protocol: protocol,
      ...(isGuarded && { Certificates: [{ CertificateArn: CERTIFICATE }] }),
    });
  }
  template.resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 2);
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
    Type: 'network',
    Scheme: isGuarded ? 'internet-facing' : 'internal',
  });
});

test('containers see the addresses of clients', () => {
  plain.allResourcesProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
    Protocol: 'TCP',
    TargetGroupAttributes: Match.arrayWith([{ Key: 'preserve_client_ip.enabled', Value: 'true' }]),
  });
});

test('inside the VPC only its own addresses may connect', () => {
  plain.hasResourceProperties('AWS::EC2::SecurityGroup', {
    GroupDescription: 'MQTT clients to the load balancer',
    SecurityGroupIngress: [1883, 80].map((port) =>
      Match.objectLike({
        CidrIp: { 'Fn::GetAtt': [Match.stringLikeRegexp('Vpc'), 'CidrBlock'] },
        FromPort: port,
        ToPort: port,
      }),
    ),
  });
});

test('containers take connections from the load balancer alone, and call nothing but HTTPS', () => {
  const template = plain;
  template.hasResourceProperties('AWS::EC2::SecurityGroup', {
    GroupDescription: 'Listeners of MQTT sessions',
    SecurityGroupIngress: Match.absent(),
    SecurityGroupEgress: [Match.objectLike({ FromPort: 443, ToPort: 443, IpProtocol: 'tcp' })],
  });
  for (const port of [1883, 8080]) {
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: port,
      ToPort: port,
      SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('BalancerSecurityGroup'), 'GroupId'] },
    });
  }
});

test('on the internet without certificate and authorizer it is refused', () => {
  expect(() => stackWith({ internetFacing: true })).toThrow(/without certificate and authorizer/);
});

test('the image is made of the bundle and the Dockerfile, without Docker', () => {
  const app = new App({ analyticsReporting: false });
  stackWith({}, { app });
  const { directory, artifacts } = app.synth();
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((file) => basename(file));
  expect(files).toEqual(expect.arrayContaining(['Dockerfile', 'main.mjs']));
  expect(artifacts.map(({ id }) => id)).toContain('Fleet');
});

test.each([false, true])('AwsSolutions finds nothing that is not explained; guarded: %s', (isGuarded) => {
  const app = appWithoutBundles();
  const stack = stackWith({}, { guarded: isGuarded, app });
  const findings = new AwsSolutionsChecks(app)
    .validateScope(stack)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
    );
  expect(findings).toEqual([]);
});
