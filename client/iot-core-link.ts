import type { MqttClient } from 'mqtt';
import { decodeDown } from '#packets/carrying/carriage';
import type { CarriedStream, Link } from './carried-stream.ts';
import { CarriageError } from './errors.ts';

export interface IotCoreLinkOptions {
  /** The connection to AWS IoT Core. */
  readonly carrier: MqttClient;
  readonly upTopic: string;
  readonly downTopic: string;
  readonly onError: (error: Error) => void;
}

/** Frames as messages of a connection to AWS IoT Core. */
export class IotCoreLink implements Link {
  readonly #options: IotCoreLinkOptions;
  readonly #streams = new Set<CarriedStream>();
  /** Frames that the broker has not acknowledged. */
  #unacknowledged = 0;

  constructor(options: IotCoreLinkOptions) {
    this.#options = options;
    const { carrier, downTopic, onError } = options;
    carrier.on('connect', () => {
      for (const stream of this.#streams) stream.linkUp();
    });
    carrier.on('close', () => {
      for (const stream of this.#streams) stream.linkDown();
      // MQTT.js would wait for their PUBACKs for ever.
      for (const messageId of Object.keys(carrier.outgoing)) carrier.removeOutgoingMessage(Number(messageId));
      if (carrier.disconnecting) carrier.emit('outgoingEmpty');
    });
    carrier.on('error', onError);
    carrier.on('message', (topic, payload) => {
      if (topic === downTopic) this.#receive(payload);
    });
  }

  get isUp(): boolean {
    return this.#options.carrier.connected;
  }

  attach(stream: CarriedStream): void {
    this.#streams.add(stream);
  }

  detach(stream: CarriedStream): void {
    this.#streams.delete(stream);
  }

  send(frame: Buffer): void {
    const { carrier, upTopic, onError } = this.#options;
    this.#unacknowledged += 1;
    // QoS 1 for its PUBACK alone: it tells a broker that is gone from a service that does not answer.
    carrier.publish(upTopic, frame, { qos: 1 }, (error) => {
      this.#unacknowledged -= 1;
      if (error !== undefined && error !== null && carrier.connected) {
        onError(
          new CarriageError(
            'carriage.refused',
            `AWS IoT Core did not take a frame (${error.message}); may this client publish to ${upTopic}?`,
            { cause: error },
          ),
        );
      }
    });
  }

  /** A link on which even the broker is silent is cut, so that a new one is made before its keep alive ends. */
  doubt(): void {
    if (this.#unacknowledged > 0) this.#options.carrier.stream.destroy();
  }

  #receive(payload: Buffer): void {
    const decoded = decodeDown(payload);
    if (decoded.ok) {
      for (const stream of this.#streams) stream.receive(decoded.frame);
    } else {
      const message = `A frame of the service cannot be read: ${decoded.reason}`;
      this.#options.onError(new CarriageError('carriage.malformed', message));
    }
  }
}
