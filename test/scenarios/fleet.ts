import { connect } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import type { Cloud } from '#local/cloud';
import { type CloudOptions, startCloud } from '#local/start-cloud';
import { synthesize } from '#local/template/synthesize';
import type { ConfigurationInput } from '#session/configuration/configuration';
import type { Session } from '#session/session';
import { fromItem } from '#store/sessions/sessions';
import { eventually } from '#test/local/eventually';
import { type UsedDynamoDb, useDynamoDb } from '#test/store/dynamodb/shared-dynamodb';

/** A message as a device has received it. */
export interface Received {
  readonly topic: string;
  readonly payload: Buffer;
  readonly packet: IPublishPacket;
  readonly atMs: number;
}

/** A device that is somewhere else: another address of this machine. */
export interface Place {
  /** For example `127.0.0.2`. */
  readonly localAddress?: string;
}

function open(url: string, { localAddress, ...options }: IClientOptions & Place): MqttClient {
  if (localAddress === undefined) return mqtt.connect(url, options);
  const { hostname, port } = new URL(url);
  return new mqtt.MqttClient(() => connect({ host: hostname, port: Number(port), localAddress }), options);
}

/** A real MQTT client with what it has received. */
export class Device {
  readonly client: MqttClient;
  readonly received: Received[] = [];
  /** The CONNACK said so. */
  readonly brokerSessionPresent: boolean;

  private constructor(client: MqttClient, brokerSessionPresent: boolean) {
    this.client = client;
    this.brokerSessionPresent = brokerSessionPresent;
  }

  static async connect(url: string, options: IClientOptions & Place): Promise<Device> {
    const client = open(url, { reconnectPeriod: 0, keepalive: 30, ...options });
    const early: Received[] = [];
    const receive = (into: Received[]) => (topic: string, payload: Buffer, packet: IPublishPacket) => {
      into.push({ topic, payload, packet, atMs: Date.now() });
    };
    const first = receive(early);
    client.on('message', first);
    const sessionPresent = await new Promise<boolean>((resolve, reject) => {
      client.once('connect', (packet) => resolve(packet.sessionPresent));
      client.once('error', reject);
      client.once('close', () =>
        reject(new Error(`The broker closed the connection of ${options.clientId}`)),
      );
    });
    const device = new Device(client, sessionPresent);
    device.received.push(...early);
    client.off('message', first);
    client.on('message', receive(device.received));
    client.on('error', () => undefined);
    return device;
  }

  /** Payloads received on a topic, as text. */
  texts(topic?: string): string[] {
    return this.received
      .filter((message) => topic === undefined || message.topic === topic)
      .map(({ payload }) => payload.toString());
  }

  /** The link breaks: no DISCONNECT. */
  cut(): void {
    this.client.stream.destroy();
    this.client.end(true);
  }

  /** Says goodbye with a DISCONNECT. */
  async disconnect(): Promise<void> {
    await this.client.endAsync();
  }
}

/** A cloud with one configuration, its clients and its tables. */
export class Fleet {
  readonly cloud: Cloud;
  readonly database: DynamoDBDocumentClient;
  private readonly dynamoDb: UsedDynamoDb;
  private readonly devices: Device[] = [];

  private constructor(cloud: Cloud, dynamoDb: UsedDynamoDb) {
    this.cloud = cloud;
    this.dynamoDb = dynamoDb;
    const { dynamodb, region } = cloud.endpoints;
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    this.database = DynamoDBDocumentClient.from(
      new DynamoDBClient({ endpoint: dynamodb, region, credentials }),
    );
  }

  static async start(
    configuration: ConfigurationInput,
    options: Partial<Omit<CloudOptions, 'assemblyDirectory'>> = {},
  ): Promise<Fleet> {
    const [assemblyDirectory, dynamoDb] = await Promise.all([synthesize({ configuration }), useDynamoDb()]);
    const cloud = await startCloud({
      assemblyDirectory,
      dynamoDbEndpoint: dynamoDb.endpoint,
      stackName: `${dynamoDb.namespace}MqttSessions`,
      ...options,
    });
    return new Fleet(cloud, dynamoDb);
  }

  async stop(): Promise<void> {
    for (const device of this.devices) device.client.end(true);
    this.database.destroy();
    await this.cloud.stop();
    await this.dynamoDb.stop();
  }

  /** Connects with a clean session of the broker unless told otherwise. */
  async connect(clientId: string, options: IClientOptions & Place = {}): Promise<Device> {
    const device = await Device.connect(this.cloud.endpoints.mqtt, {
      clientId,
      clean: true,
      protocolVersion: 5,
      ...options,
    });
    this.devices.push(device);
    return device;
  }

  /** The session record, whether or not the session still exists. */
  async session(clientId: string): Promise<Session | undefined> {
    const items = await this.items('Sessions');
    const item = items.find((each) => each['clientId'] === clientId);
    return item === undefined ? undefined : fromItem(item);
  }

  /** Everything in a table: Sessions, Subscriptions, Routes or Messages. */
  async items(table: string): Promise<Record<string, unknown>[]> {
    const found: Record<string, unknown>[] = [];
    let key: Record<string, unknown> | undefined;
    do {
      const page = await this.database.send(
        new ScanCommand({
          TableName: this.cloud.endpoints.tables[table] ?? table,
          ConsistentRead: true,
          ...(key && { ExclusiveStartKey: key }),
        }),
      );
      found.push(...(page.Items ?? []));
      key = page.LastEvaluatedKey;
    } while (key !== undefined);
    return found;
  }

  /** Details of the events of a type on the event bus, oldest first. */
  events(detailType: string): unknown[] {
    const { eventBus } = this.cloud.endpoints;
    return (this.cloud.events.all()[eventBus] ?? [])
      .filter((event) => event['detail-type'] === detailType)
      .map(({ detail }) => detail);
  }

  /** Identifiers of the messages that were logged too late for their place in the order. */
  async stragglers(): Promise<Set<string>> {
    const items = await this.items('Messages');
    const late = items.filter((item) => String(item['log']).endsWith('#late'));
    return new Set(late.map((item) => String(item['messageId'])));
  }

  /** Of a topic, the payloads that were logged too late for their place in the order, as text. */
  async late(topic: string): Promise<Set<string>> {
    const ids = await this.stragglers();
    const items = (await this.items('Messages')).filter(
      (item) => item['topic'] === topic && ids.has(String(item['messageId'])),
    );
    return new Set(items.map(({ payload }) => Buffer.from(payload as Uint8Array).toString()));
  }

  /** Waits until the service has taken note of what a client has subscribed to. */
  async subscribed(clientId: string, filter: string, since = 0): Promise<void> {
    await eventually(async () => {
      const items = await this.items('Subscriptions');
      const item = items.find((each) => each['clientId'] === clientId && each['filter'] === filter);
      const times = (item?.['subscribedAtMs'] ?? []) as number[];
      if ((times.at(-1) ?? -1) < since) throw new Error(`${clientId} is not subscribed to ${filter} yet`);
    }, 60_000);
  }

  /** Waits until the service has taken note that a client is away. */
  async away(clientId: string): Promise<void> {
    await eventually(async () => {
      const status = (await this.session(clientId))?.status;
      if (status === 'connected') throw new Error(`${clientId} is still ${status}`);
    }, 60_000);
  }

  /** Waits until so many messages have been logged. */
  async logged(count: number, limitMs = 60_000): Promise<void> {
    await eventually(async () => {
      const { length } = await this.items('Messages');
      if (length < count) throw new Error(`${length} of ${count} messages are logged`);
    }, limitMs);
  }

  /** Waits until so many messages on a topic have been logged. */
  async loggedOn(topic: string, count: number): Promise<void> {
    await eventually(async () => {
      const { length } = (await this.items('Messages')).filter((item) => item['topic'] === topic);
      if (length < count) throw new Error(`${length} of ${count} messages on ${topic} are logged`);
    }, 60_000);
  }
}
