/** A prop of the construct, or the file with its configuration, cannot be used. */
export class InfrastructureError extends Error {
  override readonly name = 'InfrastructureError';
  readonly code: InfrastructureErrorCode;

  constructor(code: InfrastructureErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type InfrastructureErrorCode =
  | 'infrastructure.apiLimit'
  | 'infrastructure.consoleBuild'
  | 'infrastructure.consoleClientId'
  | 'infrastructure.consoleFile'
  | 'infrastructure.configurationMissing'
  | 'infrastructure.configurationUnreadable'
  | 'infrastructure.deliveryConcurrency'
  | 'infrastructure.environmentTooLarge'
  | 'infrastructure.listenerUnguarded'
  | 'infrastructure.maximumThroughput'
  | 'infrastructure.ruleNamePrefix'
  | 'infrastructure.tooManyDurableTopics';
