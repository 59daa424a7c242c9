import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnTopicRule } from 'aws-cdk-lib/aws-iot';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { DurableTopic } from '#session/configuration/configuration';
import { InfrastructureError } from '../errors.ts';
import { permissionsThatFit } from './resource-policy.ts';
import {
  declarationStatement,
  lifecycleStatements,
  messageStatement,
  packetsStatement,
  type RuleStatement,
} from './rule-statements.ts';

export interface RulesProps {
  readonly ruleNamePrefix: string;
  readonly durableTopics: readonly DurableTopic[];
  readonly lifecycle: IFunction;
  readonly ingest: IFunction;
  readonly packets: IFunction;
  readonly deadLetters: Queue;
}

/** Rule names have at most 128 characters; the longest suffix, `_messages_<12 digits>`, has 22. */
const RULE_NAME_PREFIX = /^[a-zA-Z0-9_]{1,106}$/;

/** Of the usual names, so many permissions bound to one rule each fit into a function's resource policy. */
const MAXIMUM_DURABLE_TOPICS = 40;

/** The rules that bring lifecycle events, declarations, messages and carried packets to the functions. */
export class Rules extends Construct {
  readonly ruleNames: readonly string[];
  private readonly props: RulesProps;
  private readonly errorRole: Role;

  constructor(scope: Construct, id: string, props: RulesProps) {
    super(scope, id);
    checkProps(props);
    this.props = props;
    this.errorRole = createErrorRole(this, props);
    this.ruleNames = [
      ...[...lifecycleStatements, declarationStatement].map((rule) => this.addRule(rule, props.lifecycle)),
      this.addRule(packetsStatement, props.packets),
      ...props.durableTopics.map((topic) => this.addRule(messageStatement(topic), props.ingest)),
    ];
  }

  /** @returns the rule's name */
  private addRule(statement: RuleStatement, target: IFunction): string {
    const { deadLetters, ruleNamePrefix } = this.props;
    const ruleName = ruleNameOf(statement, ruleNamePrefix);
    const rule = new CfnTopicRule(this, statement.id, {
      ruleName,
      topicRulePayload: {
        awsIotSqlVersion: '2016-03-23',
        description: statement.description,
        sql: statement.sql,
        actions: [{ lambda: { functionArn: target.functionArn } }],
        errorAction: {
          sqs: { queueUrl: deadLetters.queueUrl, roleArn: this.errorRole.roleArn, useBase64: false },
        },
      },
    });
    const permission = permissionId(statement);
    target.addPermission(permission, {
      principal: new ServicePrincipal('iot.amazonaws.com'),
      // Not the attribute of the rule, which would have to be there first: a rule works from the moment at which it
      // is made, and what it may not hand on then is a dead letter.
      sourceArn: ruleArn(this, ruleName),
      sourceAccount: Stack.of(this).account,
    });
    rule.node.addDependency(target.node.findChild(permission));
    return ruleName;
  }
}

function checkProps(props: RulesProps): void {
  const { durableTopics, ruleNamePrefix } = props;
  if (!RULE_NAME_PREFIX.test(ruleNamePrefix)) {
    throw new InfrastructureError(
      'infrastructure.ruleNamePrefix',
      `ruleNamePrefix: ${JSON.stringify(ruleNamePrefix)} came; allowed: 1 to 106 letters, digits and underscores, since it begins the names of IoT rules`,
    );
  }
  const maximum = maximumDurableTopics(props);
  if (durableTopics.length > maximum) {
    throw new InfrastructureError(
      'infrastructure.tooManyDurableTopics',
      `durableTopics: ${durableTopics.length} came; allowed: at most ${maximum}, since each is a rule that the ingest function's resource policy must name; join them by wildcards${maximum < MAXIMUM_DURABLE_TOPICS ? ', or shorten ruleNamePrefix or the name of the stack' : ''}`,
    );
  }
}

function maximumDurableTopics({ ingest, durableTopics, ruleNamePrefix }: RulesProps): number {
  // They differ in nothing that is longer or shorter.
  const [topic] = durableTopics;
  if (topic === undefined) return MAXIMUM_DURABLE_TOPICS;
  const statement = messageStatement(topic);
  const permission = { id: permissionId(statement), ruleName: ruleNameOf(statement, ruleNamePrefix) };
  return Math.min(MAXIMUM_DURABLE_TOPICS, permissionsThatFit(ingest, permission));
}

function ruleNameOf({ nameSuffix }: RuleStatement, prefix: string): string {
  return `${prefix}_${nameSuffix}`;
}

function permissionId({ id }: RuleStatement): string {
  return `${id}Rule`;
}

/** Lets the rules engine keep in DeadLetters what an action refused. */
function createErrorRole(scope: Construct, { deadLetters, ruleNamePrefix }: RulesProps): Role {
  return new Role(scope, 'ErrorRole', {
    description: 'Lets the IoT rules of MQTT sessions send what failed to the dead-letter queue',
    // Against other accounts' rules that name this role (confused deputy).
    assumedBy: new ServicePrincipal('iot.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
        ArnLike: { 'aws:SourceArn': ruleArn(scope, `${ruleNamePrefix}_*`) },
      },
    }),
    inlinePolicies: {
      DeadLetters: new PolicyDocument({
        statements: [
          new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }),
        ],
      }),
    },
  });
}

function ruleArn(scope: Construct, resourceName: string): string {
  const arnFormat = ArnFormat.SLASH_RESOURCE_NAME;
  return Stack.of(scope).formatArn({ service: 'iot', resource: 'rule', resourceName, arnFormat });
}
