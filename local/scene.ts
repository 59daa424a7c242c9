import { setTimeout as delay } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import type { Cloud } from './cloud.ts';
import { coloured, shown, table } from './terminal.ts';

const CLIENT_ID = 'durable-demo';
const FILTER = 'home/+/state';
const MESSAGES = [
  { topic: 'home/door/state', payload: 'open' },
  { topic: 'home/lamp/state', payload: 'on' },
  { topic: 'home/door/state', payload: 'closed' },
  { topic: 'home/lamp/state', payload: 'dimmed to 40 %' },
  { topic: 'home/lamp/state', payload: 'off' },
  { topic: 'home/door/state', payload: 'locked' },
] as const;

const AWAY_MS = 1500;
/** Of what the service does later, nothing changes the subscription. */
const SOON_SECONDS = 5;
const SETTLE_MS = 20_000;
const DELIVERY_MS = 30_000;

interface Delivered {
  readonly topic: string;
  readonly payload: string;
  readonly afterSeconds: number;
}

/**
 * Shows with a real MQTT client what the service is for: it loses its link, and gets what it missed.
 *
 * @returns whether every message came, once and in order of its topic
 */
export async function playScene(cloud: Cloud, say: (text: string) => void): Promise<boolean> {
  const { mqtt: url, tables } = cloud.endpoints;
  say(
    `\nA client named ${CLIENT_ID} connects with a clean session, as most devices do, and subscribes to ${FILTER}.`,
  );
  const device = await connect(url, CLIENT_ID);
  await device.subscribeAsync(FILTER, { qos: 1 });
  await subscriptionStored(cloud);
  say('The service has noted its session and its subscription in DynamoDB.');

  say('Now its link breaks: the socket is gone, without a goodbye. For the broker that session is over.');
  device.stream.destroy();
  device.end(true);
  await delay(AWAY_MS / 2);

  say(`While it is away, another client publishes ${MESSAGES.length} messages on two topics.`);
  const publisher = await connect(url, 'demo-publisher');
  const publishedAtMs: number[] = [];
  for (const { topic, payload } of MESSAGES) {
    publishedAtMs.push(Date.now());
    await publisher.publishAsync(topic, payload, { qos: 1 });
  }
  await publisher.endAsync();
  await delay(AWAY_MS / 2);

  say(
    `${CLIENT_ID} returns, again with a clean session, and does not subscribe. What it missed comes by itself:`,
  );
  const delivered = await returnAndReceive(url);
  say(`\n${report(publishedAtMs, delivered)}\n`);
  const complete = isComplete(delivered);
  say(
    complete
      ? coloured('green', `All ${MESSAGES.length} messages came, once each and in order within their topic.`)
      : coloured('red', `Expected ${MESSAGES.length} messages, once each and in order; what came is above.`),
  );
  say(whereToLook(cloud.endpoints.dynamodb, cloud.endpoints.region, tables));
  return complete;
}

async function connect(
  url: string,
  clientId: string,
  listen?: (client: MqttClient) => void,
): Promise<MqttClient> {
  const client = mqtt.connect(url, {
    clientId,
    protocolVersion: 5,
    clean: true,
    reconnectPeriod: 0,
    keepalive: 30,
  });
  listen?.(client);
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
  });
  return client;
}

/** Messages that come before it would be found by a second look, seconds later. */
async function subscriptionStored(cloud: Cloud): Promise<void> {
  const TableName = cloud.endpoints.tables['Subscriptions'];
  const deadlineMs = Date.now() + SETTLE_MS;
  while (Date.now() < deadlineMs) {
    const { Count } = await cloud.dynamoDb.call<{ Count: number }>('Query', {
      TableName,
      KeyConditionExpression: 'clientId = :client',
      ExpressionAttributeValues: { ':client': { S: CLIENT_ID } },
    });
    if (Count > 0 && cloud.isIdle(SOON_SECONDS)) return;
    await delay(50);
  }
}

async function returnAndReceive(url: string): Promise<readonly Delivered[]> {
  const delivered: Delivered[] = [];
  const returnedAtMs = Date.now();
  const device = await connect(url, CLIENT_ID, (client) =>
    client.on('message', (topic, payload) => {
      const afterSeconds = (Date.now() - returnedAtMs) / 1000;
      delivered.push({ topic, payload: payload.toString(), afterSeconds });
    }),
  );
  const deadlineMs = Date.now() + DELIVERY_MS;
  while (delivered.length < MESSAGES.length && Date.now() < deadlineMs) await delay(20);
  // Long enough to see one that came twice.
  await delay(500);
  await device.endAsync();
  return delivered;
}

function report(publishedAtMs: readonly number[], delivered: readonly Delivered[]): string {
  const left = [...MESSAGES.entries()];
  const rows = delivered.map(({ topic, payload, afterSeconds }) => {
    const found = left.findIndex(([, message]) => message.topic === topic && message.payload === payload);
    const [index] = left.splice(found, found < 0 ? 0 : 1)[0] ?? [-1];
    const published = publishedAtMs[index];
    const at = published === undefined ? 'unknown' : new Date(published).toISOString().slice(11, 23);
    return [shown(topic), shown(payload), at, `${afterSeconds.toFixed(2)} s`];
  });
  return table([['topic', 'payload', 'published while away', 'delivered after its return'], ...rows]);
}

function isComplete(delivered: readonly Delivered[]): boolean {
  const byTopic = (messages: readonly { readonly topic: string; readonly payload: string }[]) =>
    [...new Set(MESSAGES.map(({ topic }) => topic))].map((topic) =>
      messages.filter((message) => message.topic === topic).map(({ payload }) => payload),
    );
  const same = JSON.stringify(byTopic(delivered)) === JSON.stringify(byTopic(MESSAGES));
  return same && delivered.length === MESSAGES.length;
}

function whereToLook(endpoint: string, region: string, tables: Readonly<Record<string, string>>): string {
  const command = (name: string) =>
    `  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws dynamodb scan --endpoint-url ${endpoint} --region ${region} --table-name ${tables[name]}`;
  return [
    '\nWhere to look: the session, its subscription, its route and the messages are items in DynamoDB.',
    ...['Sessions', 'Subscriptions', 'Routes', 'Messages'].filter((name) => name in tables).map(command),
  ].join('\n');
}
