import mqtt, { type IClientOptions, type MqttClient, type Packet } from 'mqtt';

export interface RoamingOptions {
  readonly clientId: string;
  readonly protocolVersion: 4 | 5;
  /** Listeners, of which it tries one after the other. */
  readonly urls: readonly string[];
}

/** A moment in a handshake: the client has just sent or received the first packet of a kind. */
export interface Moment {
  readonly event: 'packetsend' | 'packetreceive';
  readonly cmd: Packet['cmd'];
}

const INTERVAL_SECONDS = 600;
const RECONNECT_MS = 50;

/** A real MQTT.js client that keeps its session and goes on with the next listener when its link is lost. */
export class RoamingClient {
  readonly client: MqttClient;
  readonly received: string[] = [];

  constructor({ clientId, protocolVersion, urls }: RoamingOptions) {
    const servers = urls.map((url) => {
      const { hostname: host, port, protocol } = new URL(url);
      const kind: 'ws' | 'mqtt' = protocol === 'ws:' ? 'ws' : 'mqtt';
      return { host, port: Number(port), protocol: kind };
    });
    const options: IClientOptions = {
      clientId,
      protocolVersion,
      servers,
      path: '/mqtt',
      clean: false,
      reconnectPeriod: RECONNECT_MS,
      ...(protocolVersion === 5 && { properties: { sessionExpiryInterval: INTERVAL_SECONDS } }),
    };
    this.client = mqtt.connect(options);
    this.client.on('message', (_, payload) => this.received.push(payload.toString()));
    // It tries again by itself.
    this.client.on('error', () => undefined);
  }

  /** Where it is connected. */
  get port(): number {
    return Number(this.client.options.port);
  }

  /** Does something once, the next time that the moment comes. */
  at({ event, cmd }: Moment, act: () => void): void {
    const look = (packet: Packet) => {
      if (packet.cmd !== cmd) return;
      this.client.off(event, look);
      act();
    };
    this.client.on(event, look);
  }
}
