/** Another instance wrote the client's flow first; the request is decided again from what it left. */
export class FlowContendedError extends Error {
  override readonly name = 'FlowContendedError';
  readonly code = 'packets.flowContended';
}

/** A newer connection of the client identifier has taken over: this one is answered no more. [MQTT-3.1.4-3] */
export class TakenOverError extends Error {
  override readonly name = 'TakenOverError';
  readonly code = 'packets.takenOver';
}
