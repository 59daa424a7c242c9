/** The SQL of a rule has something that this rules engine does not know. */
export class RuleSqlError extends Error {
  override readonly name = 'RuleSqlError';
  readonly code = 'rule.sql';
  readonly sql: string;

  constructor(sql: string, problem: string) {
    super(`${problem}, in the rule's SQL: ${sql}`);
    this.sql = sql;
  }
}

/** One action of a rule did not work; what the error action is told. */
export class RuleActionError extends Error {
  override readonly name = 'RuleActionError';
  readonly code = 'rule.action';
}
