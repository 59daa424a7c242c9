import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { type BackOff, useBackOff } from './back-off.ts';
import { keepSession, type SessionOptions } from './keep-session.ts';

/** How MQTT.js is told of the client, without what is decided here. */
export type SessionClientOptions = Omit<
  IClientOptions,
  'incomingStore' | 'outgoingStore' | 'messageIdProvider' | 'manualConnect' | 'reconnectPeriod'
> & { readonly clientId: string };

export interface ConnectWithSessionOptions extends SessionOptions {
  /** Options of MQTT.js. By default MQTT 5, Clean Start 0 and a Session Expiry Interval of a day. */
  readonly mqtt: SessionClientOptions;
  /** Pauses between attempts to connect. */
  readonly backOff?: BackOff;
}

/** Seconds. */
const DEFAULT_SESSION_EXPIRY_INTERVAL = 86_400;

/**
 * An MQTT.js client over TCP, TLS or WebSocket that keeps its half of the session on disk, and that backs off with
 * jitter.
 *
 * @example connectWithSession('mqtts://broker:8883', { mqtt: { clientId: 'device-7' }, session })
 */
export function connectWithSession(url: string, options: ConnectWithSessionOptions): MqttClient {
  return begin(options, (own) => mqtt.connect(url, own));
}

/** Makes the client with all that it needs for its session, then connects it. */
export function begin(
  options: ConnectWithSessionOptions,
  make: (own: IClientOptions) => MqttClient,
): MqttClient {
  const { session } = options;
  const client = make({
    protocolVersion: 5,
    clean: false,
    ...options.mqtt,
    ...((options.mqtt.protocolVersion ?? 5) === 5 && {
      properties: { sessionExpiryInterval: DEFAULT_SESSION_EXPIRY_INTERVAL, ...options.mqtt.properties },
    }),
    ...(session !== undefined && {
      incomingStore: session.incomingStore,
      outgoingStore: session.outgoingStore,
      messageIdProvider: session.messageIdProvider,
    }),
    manualConnect: true,
  });
  // Without a listener an error would end the process; applications add their own.
  client.on('error', () => {});
  client.options.manualConnect = false;
  useBackOff(client, options.backOff ?? {}, Math.random);
  if (session !== undefined) keepSession(client, session, options);
  return client.connect();
}
