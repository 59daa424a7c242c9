import { randomUUID } from 'node:crypto';
import mqtt, { type IClientOptions, MqttClient } from 'mqtt';
import { MAXIMUM_CARRIED_PACKET_BYTES } from '#packets/carrying/carriage';
import { useBackOff } from './back-off.ts';
import { CarriedStream } from './carried-stream.ts';
import { begin, type ConnectWithSessionOptions, type SessionClientOptions } from './connect-with-session.ts';
import { IotCoreLink } from './iot-core-link.ts';
import { NO_STORE } from './no-store.ts';
import { refuseTooLarge } from './refuse-too-large.ts';
import { type CarriageTiming, DEFAULT_TIMING } from './timing.ts';

/** Options of MQTT.js that belong to the network, which the connection to AWS IoT Core has. */
type NetworkOptions = 'host' | 'hostname' | 'port' | 'protocol' | 'path' | 'servers' | 'wsOptions';

export interface IotCoreConnectOptions extends Omit<ConnectWithSessionOptions, 'mqtt'> {
  /** Of the account's AWS IoT Core, as `mqtts://….iot.<Region>.amazonaws.com:8883`. */
  readonly url: string;
  /** Of both connections. AWS IoT Core authenticates it, and so does the service. */
  readonly clientId: string;
  /** The connection to AWS IoT Core: certificate, key, certificate authority, as MQTT.js takes them. */
  readonly carrier?: Omit<IClientOptions, 'clientId' | 'clean' | 'incomingStore' | 'outgoingStore' | 'will'>;
  /** The MQTT connection with the service. By default MQTT 5, Clean Start 0, Session Expiry Interval a day. */
  readonly mqtt?: Omit<SessionClientOptions, 'clientId' | NetworkOptions>;
  /**
   * The prefix of the service's rules.
   *
   * @default 'mqtt_sessions'
   */
  readonly ruleNamePrefix?: string;
  /**
   * Where the service sends direct messages to this client; its policy must allow iot:Receive there.
   *
   * @default `mqtt-sessions/<clientId>/down`
   */
  readonly downTopic?: string;
  readonly timing?: Partial<CarriageTiming>;
}

/**
 * Seconds: each PINGREQ is a message to the service. The connection to AWS IoT Core has a shorter keep alive, which
 * costs nothing; when it ends, the service is told.
 */
const KEEP_ALIVE_SECONDS = 1_200;
const LEAVE_WITHIN_MS = 2_000;

/**
 * An MQTT connection with the service, carried by AWS IoT Core: QoS 2, subscription identifiers, wills with a
 * delay, Session Present. To the application it is an MQTT.js client like any other.
 *
 * @example
 * const client = connectThroughIotCore({
 *   url: 'mqtts://example-ats.iot.eu-west-1.amazonaws.com:8883',
 *   clientId: 'device-7',
 *   carrier: { key, cert },
 *   session: await createSessionStore('/var/lib/device-7/session'),
 * });
 */
export function connectThroughIotCore(options: IotCoreConnectOptions): MqttClient {
  const { clientId, url, ruleNamePrefix = 'mqtt_sessions', timing } = options;
  const carrier = mqtt.connect(url, {
    protocolVersion: 5,
    ...options.carrier,
    clientId,
    clean: true,
    outgoingStore: NO_STORE,
    incomingStore: NO_STORE,
  });
  useBackOff(carrier, options.backOff ?? {}, Math.random);
  const link = new IotCoreLink({
    carrier,
    upTopic: `$aws/rules/${ruleNamePrefix}_packets/up`,
    downTopic: options.downTopic ?? `mqtt-sessions/${clientId}/down`,
    onError: (error) => client.emit('error', error),
  });
  const connectCarried = (own: IClientOptions) =>
    new MqttClient(() => {
      // It was ended together with the client, which begins anew.
      if (carrier.disconnected) carrier.reconnect({ incomingStore: NO_STORE, outgoingStore: NO_STORE });
      return new CarriedStream(link, {
        clientId,
        nonce: randomUUID(),
        timing: { ...DEFAULT_TIMING, ...timing },
        random: Math.random,
      });
    }, own);
  const client: MqttClient = begin({ ...options, mqtt: carriedOptions(options) }, connectCarried);
  refuseTooLarge(client);
  client.on('end', () => endSoon(carrier));
  carrier.on('connect', () => connectSoon(client));
  return client;
}

function carriedOptions({ clientId, mqtt: own = {} }: IotCoreConnectOptions): SessionClientOptions {
  const { properties } = own;
  const maximumPacketSize = Math.min(
    properties?.maximumPacketSize ?? MAXIMUM_CARRIED_PACKET_BYTES,
    MAXIMUM_CARRIED_PACKET_BYTES,
  );
  return {
    keepalive: KEEP_ALIVE_SECONDS,
    ...own,
    clientId,
    ...((own.protocolVersion ?? 5) === 5 && {
      properties: { ...properties, maximumPacketSize },
    }),
  };
}

/** A client that waits for its next attempt makes it now that there is a way. */
function connectSoon(client: MqttClient): void {
  const isWaiting = client.reconnecting && !client.disconnecting && client.stream.destroyed;
  if (!isWaiting) return;
  const { incomingStore, outgoingStore } = client;
  client.reconnect({ incomingStore, outgoingStore });
}

/** Frames on their way are waited for a little, as the last one says that the connection has ended. */
function endSoon(carrier: MqttClient): void {
  const limit = setTimeout(() => carrier.stream.destroy(), LEAVE_WITHIN_MS);
  carrier.once('end', () => clearTimeout(limit));
  carrier.end();
}
