/** Bounds the work of matching a client identifier. */
export const MAXIMUM_PATTERN_CHARACTERS = 256;

/** What the service does for the sessions of some clients. */
export interface SessionPolicy {
  /** Client identifiers it is for: `*` stands for any run of characters (also none); the first policy that matches wins. */
  readonly clients: string;
  /**
   * 'packets': these clients use AWS IoT Core only to carry the packets of an MQTT connection with this service,
   * so the lifecycle edge keeps no session beside the broker's for them.
   */
  readonly edge: 'lifecycle' | 'packets';
  /** Where the interval comes from: the device's own declaration, the broker's session, or a fixed number of seconds ('never' = 0xFFFFFFFF). */
  readonly sessionExpiryInterval: 'client' | 'broker' | 'never' | number;
  /** Seconds. Used while a 'client' policy has no declaration. */
  readonly defaultSessionExpiryInterval: number;
  /** Seconds. Cap on every interval. */
  readonly maximumSessionExpiryInterval: number;
  /** Seconds. For MQTT 3.1.1 clients with Clean Session 0, whose protocol sets no lifetime. */
  readonly mqtt311SessionExpiryInterval: number;
  /** true: QoS 0 messages wait too. */
  readonly queueQos0: boolean;
  readonly maximumPendingMessages: number;
  readonly maximumPendingBytes: number;
  /** What gives way when more would wait than may. */
  readonly overflow: 'drop-oldest' | 'drop-newest';
  /** 'broker': the service only mirrors and sends nothing. */
  readonly delivery: 'service' | 'broker';
  /** Topic to which Session Present is told on every connection; absent = only when the device asks. */
  readonly noticeTopic?: string;
  /** true: these clients get no session here at all (no writes). */
  readonly ignore: boolean;
}

/** What a client without a policy gets, and what a policy leaves unsaid. */
export const FOLLOW_BROKER: SessionPolicy = Object.freeze({
  clients: '*',
  edge: 'lifecycle',
  sessionExpiryInterval: 'broker',
  defaultSessionExpiryInterval: 0,
  maximumSessionExpiryInterval: 604_800,
  mqtt311SessionExpiryInterval: 86_400,
  queueQos0: false,
  maximumPendingMessages: 10_000,
  maximumPendingBytes: 268_435_456,
  overflow: 'drop-oldest',
  delivery: 'service',
  ignore: false,
});

/** The first policy that matches wins. */
export function choosePolicy(policies: readonly SessionPolicy[], clientId: string): SessionPolicy {
  return policies.find((policy) => matchesClientPattern(policy.clients, clientId)) ?? FOLLOW_BROKER;
}

/**
 * The same for a client of the packet edge, whatever carries its packets. The service is its broker: CONNECT says
 * the interval where the policy leaves it to the broker, and nobody else could deliver.
 */
export function choosePacketPolicy(policies: readonly SessionPolicy[], clientId: string): SessionPolicy {
  const policy = choosePolicy(policies, clientId);
  const source = policy.sessionExpiryInterval;
  return { ...policy, sessionExpiryInterval: source === 'broker' ? 'client' : source, delivery: 'service' };
}

/**
 * Does the client identifier match the pattern, in which `*` stands for any run of characters?
 * Each piece between stars is taken at its first place and never tried again, so that no client
 * identifier can make it backtrack.
 *
 * @example matchesClientPattern('durable-*', 'durable-7') // true
 */
export function matchesClientPattern(pattern: string, clientId: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === clientId;
  if (!clientId.startsWith(first)) return false;
  let from = first.length;
  for (const piece of rest) {
    const at = clientId.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  // The last piece may not share characters with those before it.
  return clientId.length - last.length >= from && clientId.endsWith(last);
}

/** A maximum below the usual default lowers it, so that a short maximum alone is no contradiction. */
export function defaultMqtt311Interval(maximumSessionExpiryInterval: number): number {
  return Math.min(FOLLOW_BROKER.mqtt311SessionExpiryInterval, maximumSessionExpiryInterval);
}
