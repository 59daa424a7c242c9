/** The configuration cannot be used; every problem is listed. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly code = 'configuration.invalid';
  /** One sentence a problem: where, what came, what is allowed. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(
      `The configuration cannot be used:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
      options,
    );
    this.problems = problems;
  }
}
