import { type IClientOptions, type IPublishPacket, type MqttClient, connect as open } from 'mqtt';
import { expect } from 'vitest';
import { eventually } from '#test/local/eventually';
import { server } from './server.ts';

/** An application on MQTT.js, and what it has received. */
export class Application {
  readonly client: MqttClient;
  readonly received: IPublishPacket[] = [];
  sessionPresent = false;

  private constructor(client: MqttClient) {
    this.client = client;
    // What a session brings comes right behind CONNACK.
    client.on('message', (_, __, packet) => this.received.push(packet));
    client.on('error', () => {});
  }

  static async connect(protocolVersion: 4 | 5, options: IClientOptions): Promise<Application> {
    const client = open(`mqtt://127.0.0.1:${server.port}`, {
      reconnectPeriod: 0,
      protocolVersion,
      ...options,
    });
    const application = new Application(client);
    await new Promise<void>((resolve, reject) => {
      client.once('connect', ({ sessionPresent }) => {
        application.sessionPresent = sessionPresent;
        resolve();
      });
      client.once('error', reject);
      client.once('close', () => reject(new Error(`The connection of ${options.clientId} was closed`)));
    });
    return application;
  }

  get texts(): string[] {
    return this.received.map(({ payload }) => payload.toString());
  }

  /** Resolves once exactly these have come, in any order; what comes later is not waited for. */
  async receives(...texts: readonly string[]): Promise<void> {
    await eventually(() => expect(this.texts.toSorted()).toEqual(texts.toSorted()), 20_000);
  }

  async leave(): Promise<void> {
    await this.client.endAsync();
  }

  /** The link breaks. */
  drop(): void {
    this.client.stream.destroy();
  }
}
