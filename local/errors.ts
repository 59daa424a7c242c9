/**
 * The cloud on this machine cannot do what was asked; the message is one sentence for the user, who needs no
 * stack trace.
 */
export class LocalCloudError extends Error {
  override readonly name = 'LocalCloudError';
  readonly code: LocalCloudErrorCode;

  constructor(code: LocalCloudErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type LocalCloudErrorCode =
  | 'dynamodb.javaMissing'
  | 'dynamodb.javaTooOld'
  | 'dynamodb.notStarted'
  | 'dynamodb.dataDirectory'
  | 'dynamodb.tableDiffers'
  | 'dynamodb.unreachable'
  | 'port.inUse'
  | 'options.invalid'
  | 'file.unreadable'
  | 'chaos.invalid'
  | 'template.synthesisFailed'
  | 'template.unknownCondition'
  | 'template.unknownType'
  | 'template.unknownProperty'
  | 'template.unresolvable'
  | 'template.permissionMissing';
