import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnTopicRule } from 'aws-cdk-lib/aws-iot';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { DurableTopic } from '#session/configuration';
import { InfrastructureError } from './errors.ts';
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

/**
 * A function's resource policy holds 20 KB. Each rule adds a statement of at most 480 bytes, since the
 * permission is bound to the ARN of that one rule.
 */
const MAXIMUM_DURABLE_TOPICS = 40;

/** The rules that bring lifecycle events, declarations, messages and carried packets to the functions. */
export class Rules extends Construct {
  readonly rules: readonly CfnTopicRule[];
  private readonly props: RulesProps;
  private readonly errorRole: Role;

  constructor(scope: Construct, id: string, props: RulesProps) {
    super(scope, id);
    checkProps(props);
    this.props = props;
    this.errorRole = createErrorRole(this, props);
    this.rules = [
      ...[...lifecycleStatements, declarationStatement].map((rule) => this.addRule(rule, props.lifecycle)),
      this.addRule(packetsStatement, props.packets),
      ...props.durableTopics.map((topic) => this.addRule(messageStatement(topic), props.ingest)),
    ];
  }

  private addRule(statement: RuleStatement, target: IFunction): CfnTopicRule {
    const { deadLetters, ruleNamePrefix } = this.props;
    const rule = new CfnTopicRule(this, statement.id, {
      ruleName: `${ruleNamePrefix}_${statement.nameSuffix}`,
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
    target.addPermission(`${statement.id}Rule`, {
      principal: new ServicePrincipal('iot.amazonaws.com'),
      sourceArn: rule.attrArn,
      sourceAccount: Stack.of(this).account,
    });
    return rule;
  }
}

function checkProps({ durableTopics, ruleNamePrefix }: RulesProps): void {
  if (!RULE_NAME_PREFIX.test(ruleNamePrefix)) {
    throw new InfrastructureError(
      'infrastructure.ruleNamePrefix',
      `ruleNamePrefix: ${JSON.stringify(ruleNamePrefix)} came; allowed: 1 to 106 letters, digits and underscores, since it begins the names of IoT rules`,
    );
  }
  if (durableTopics.length > MAXIMUM_DURABLE_TOPICS) {
    throw new InfrastructureError(
      'infrastructure.tooManyDurableTopics',
      `durableTopics: ${durableTopics.length} came; allowed: at most ${MAXIMUM_DURABLE_TOPICS}, since each is a rule that the ingest function's resource policy must name; join them by wildcards`,
    );
  }
}

/** Lets the rules engine keep in DeadLetters what an action refused. */
function createErrorRole(scope: Construct, { deadLetters, ruleNamePrefix }: RulesProps): Role {
  const stack = Stack.of(scope);
  const ruleArns = stack.formatArn({
    service: 'iot',
    resource: 'rule',
    resourceName: `${ruleNamePrefix}_*`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  return new Role(scope, 'ErrorRole', {
    description: 'Lets the IoT rules of MQTT sessions send what failed to the dead-letter queue',
    // Against other accounts' rules that name this role (confused deputy).
    assumedBy: new ServicePrincipal('iot.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: { 'aws:SourceArn': ruleArns },
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
