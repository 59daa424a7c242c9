import { ListenerError } from '../errors.ts';
import type { Limits, ListenerPorts, TlsSettings } from './options.ts';

/** What the process in a container is told, all of it in environment variables. */
export interface Environment {
  readonly packetsFunction: string;
  readonly queueNamePrefix: string;
  readonly authorizerFunction?: string;
  readonly ports: ListenerPorts;
  readonly tls?: TlsSettings;
  readonly limits: Partial<Limits>;
}

type Variables = Readonly<Record<string, string | undefined>>;

const PORTS: Readonly<Record<keyof ListenerPorts, string>> = {
  mqtt: 'MQTT_PORT',
  mqtts: 'MQTTS_PORT',
  ws: 'WS_PORT',
  wss: 'WSS_PORT',
};

const LIMITS: Readonly<Record<keyof Limits, string>> = {
  maximumConnections: 'MAXIMUM_CONNECTIONS',
  maximumConnectionsPerAddress: 'MAXIMUM_CONNECTIONS_PER_ADDRESS',
  maximumPacketBytes: 'MAXIMUM_PACKET_BYTES',
  maximumPendingBytes: 'MAXIMUM_PENDING_BYTES',
  maximumUnwrittenBytes: 'MAXIMUM_UNWRITTEN_BYTES',
  unreadTimeoutMs: 'UNREAD_TIMEOUT_MS',
  connectTimeoutMs: 'CONNECT_TIMEOUT_MS',
  failureTimeoutMs: 'FAILURE_TIMEOUT_MS',
  closedTimeoutMs: 'CLOSED_TIMEOUT_MS',
  stopTimeoutMs: 'STOP_TIMEOUT_MS',
};

/**
 * Reads the variables once, at the start.
 *
 * `PACKETS_FUNCTION` and `QUEUE_NAME_PREFIX` must be there, and one of `MQTT_PORT`, `MQTTS_PORT`, `WS_PORT` and
 * `WSS_PORT`. `TLS_KEY`, `TLS_CERT` and `TLS_CLIENT_AUTHORITIES` hold PEM. Without `AUTHORIZER_FUNCTION` EVERYBODY
 * MAY CONNECT. Each limit of `Limits` has a variable, such as `MAXIMUM_CONNECTIONS`.
 *
 * @throws ListenerError that names the variable
 */
export function readEnvironment(variables: Variables): Environment {
  const ports = numbers(PORTS, variables);
  if (Object.keys(ports).length === 0) {
    throw invalid(`none of ${Object.values(PORTS).join(', ')} is set; at least one is needed`);
  }
  const authorizerFunction = variables['AUTHORIZER_FUNCTION'];
  const tls = tlsOf(variables);
  return {
    packetsFunction: required('PACKETS_FUNCTION', variables),
    queueNamePrefix: required('QUEUE_NAME_PREFIX', variables),
    ...(authorizerFunction && { authorizerFunction }),
    ports,
    ...(tls && { tls }),
    limits: numbers(LIMITS, variables),
  };
}

function tlsOf(variables: Variables): TlsSettings | undefined {
  const { TLS_KEY: key, TLS_CERT: cert, TLS_CLIENT_AUTHORITIES: clientAuthorities } = variables;
  if (!key && !cert) return undefined;
  if (!key || !cert) throw invalid('TLS_KEY and TLS_CERT must both be set, or neither');
  return { key, cert, ...(clientAuthorities && { clientAuthorities }) };
}

function required(name: string, variables: Variables): string {
  const value = variables[name];
  if (value) return value;
  throw invalid(`${name} is missing`);
}

/** Those that are set. */
function numbers<Key extends string>(
  names: Readonly<Record<Key, string>>,
  variables: Variables,
): Partial<Record<Key, number>> {
  const found: Partial<Record<Key, number>> = {};
  for (const [key, name] of Object.entries(names) as [Key, string][]) {
    const text = variables[name];
    if (!text) continue;
    if (!/^\d{1,12}$/.test(text)) throw invalid(`${name}: ${text} came; allowed: a whole number`);
    found[key] = Number(text);
  }
  return found;
}

function invalid(problem: string): ListenerError {
  return new ListenerError('listener.environment', `Environment variables: ${problem}.`);
}
