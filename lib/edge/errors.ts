/** An event that no retry can mend: it goes to the dead-letter queue as it came, with the reason. */
export class RefusedEventError extends Error {
  override readonly name = 'RefusedEventError';
  readonly code = 'event.refused';
}

/** A session that other writers kept changing: worth another try a little later. */
export class ContendedSessionError extends Error {
  override readonly name = 'ContendedSessionError';
  readonly code = 'session.contended';
}
