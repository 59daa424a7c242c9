/** The listener cannot start as it was told to; the message says what to change. */
export class ListenerError extends Error {
  override readonly name = 'ListenerError';
  readonly code: ListenerErrorCode;

  constructor(code: ListenerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type ListenerErrorCode =
  | 'listener.environment'
  | 'listener.limit'
  | 'listener.noPort'
  | 'listener.portInUse'
  | 'listener.tlsMissing'
  | 'listener.functionFailed';
