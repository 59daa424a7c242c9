import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import mqtt, { type MqttClient } from 'mqtt';
import type { Fleet } from '#test/scenarios/fleet';
import { type Figure, judged, type Measured } from './figure.ts';
import { withFleet } from './local-cloud.ts';
import type { Progress } from './progress.ts';
import { median, pairedRatio, ratioText } from './statistics.ts';

const MOST = 12;
const WARM_UP = 20;
const PAIRS = 200;
const BYTES = 256;
const TOPIC = 'plant/latency';

interface Pair {
  readonly publisher: MqttClient;
  readonly subscriber: MqttClient;
}

async function connectPair(url: string): Promise<Pair> {
  const connect = (clientId: string) =>
    mqtt.connectAsync(url, { clientId, protocolVersion: 5, reconnectPeriod: 0 });
  const [publisher, subscriber] = await Promise.all([
    connect('latency-publisher'),
    connect('latency-subscriber'),
  ]);
  await subscriber.subscribeAsync(TOPIC, { qos: 1 });
  return { publisher, subscriber };
}

/** From PUBLISH until both the publisher has its PUBACK and the subscriber the message, milliseconds. */
async function roundTrip({ publisher, subscriber }: Pair, payload: Buffer): Promise<number> {
  const startedAtMs = performance.now();
  const received = new Promise<void>((resolve) => subscriber.once('message', () => resolve()));
  await Promise.all([publisher.publishAsync(TOPIC, payload, { qos: 1 }), received]);
  return performance.now() - startedAtMs;
}

/** The least that storing a message and finding it again can take, milliseconds. */
async function bare(fleet: Fleet, payload: Buffer, index: number): Promise<number> {
  const table = fleet.cloud.endpoints.tables['Messages'] ?? '';
  const log = 'bare#0';
  const position = String(index).padStart(26, '0');
  const startedAtMs = performance.now();
  await fleet.database.send(
    new PutCommand({ TableName: table, Item: { log, position, topic: TOPIC, payload } }),
  );
  await fleet.database.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: '#log = :log AND #position >= :position',
      ExpressionAttributeNames: { '#log': 'log', '#position': 'position' },
      ExpressionAttributeValues: { ':log': log, ':position': position },
      ConsistentRead: true,
    }),
  );
  return performance.now() - startedAtMs;
}

async function measure(fleet: Fleet, progress: Progress): Promise<Measured> {
  const pair = await connectPair(String(fleet.cloud.endpoints.packets));
  const payload = Buffer.alloc(BYTES, 'a');
  const trips: number[] = [];
  const bares: number[] = [];
  for (let index = 0; index < WARM_UP + PAIRS; index += 1) {
    progress(`${index} of ${WARM_UP + PAIRS} messages`);
    const bareMs = await bare(fleet, payload, index);
    const tripMs = await roundTrip(pair, payload);
    if (index < WARM_UP) continue;
    bares.push(bareMs);
    trips.push(tripMs);
  }
  await Promise.all([pair.publisher.endAsync(), pair.subscriber.endAsync()]);
  const ratio = median(trips) / median(bares);
  const line = judged(ratio <= MOST, {
    what: 'packet edge, QoS 1 from client to client, one in flight, against a bare PutItem and Query',
    toReach: `<= ${MOST}`,
    measured: `${ratio.toFixed(1)}, pair by pair ${ratioText(pairedRatio(trips, bares))}`,
    note: `median of ${PAIRS} messages of ${BYTES} B in turn with as many bare pairs on the same DynamoDB Local: MQTT.js over TCP, listener, Lambda Invoke over HTTP, the bundled function, and back, until the publisher has its PUBACK and the subscriber the message`,
  });
  return { lines: [line], values: { 'packets.latencyRatio': ratio } };
}

export const packetLatency: Figure = {
  name: 'packet-latency',
  title: 'how long a message takes from client to client at the packet edge',
  run: (progress) => withFleet((fleet) => measure(fleet, progress)),
};
