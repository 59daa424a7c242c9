import { ReasonCodes } from 'mqtt';

/** Something ended a carried connection, or kept it from beginning. */
export class CarriageError extends Error {
  override readonly name = 'CarriageError';
  /** Stable, for logs. */
  readonly code: `carriage.${'closed' | 'unanswered' | 'packetTooLarge' | 'malformed' | 'refused'}`;

  constructor(code: CarriageError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static closed(reasonCode: number): CarriageError {
    const reason = (ReasonCodes as Readonly<Record<number, string>>)[reasonCode] ?? 'no reason';
    return new CarriageError(
      'carriage.closed',
      `The service ended the connection with reason code 0x${reasonCode.toString(16)} (${reason})`,
    );
  }

  static unanswered(afterMs: number): CarriageError {
    return new CarriageError(
      'carriage.unanswered',
      `The service did not answer within ${afterMs} ms; is its rule there, and may this client publish to it ` +
        'and receive on its topic?',
    );
  }
}

/** The session state on disk cannot be read or written. */
export class SessionStoreError extends Error {
  override readonly name = 'SessionStoreError';
  readonly code = 'sessionStore.failed';
}
