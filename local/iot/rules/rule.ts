/** What a rule does with its result. */
export type RuleAction =
  | { lambda: { functionArn: string } }
  | { sqs: { queueUrl: string; roleArn?: string; useBase64?: boolean } };

export interface TopicRule {
  ruleName: string;
  sql: string;
  actions: readonly RuleAction[];
  errorAction?: RuleAction;
}
