import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { onTestFinished } from 'vitest';
import { IotCore } from '#local/iot/iot-core';
import type { IotCoreOptions, IotObservation } from '#local/iot/options';

export interface Received {
  topic: string;
  text: string;
  packet: IPublishPacket;
}

export interface RunningIotCore {
  core: IotCore;
  /** What rules have handed to functions and queues, oldest first. */
  invocations: Array<{ functionArn: string; payload: Record<string, unknown> }>;
  queued: Array<{ queueUrl: string; body: string }>;
  observed: IotObservation[];
}

/** A listener on a free port, stopped when the test ends. */
export async function startIotCore(options: Partial<IotCoreOptions> = {}): Promise<RunningIotCore> {
  const invocations: RunningIotCore['invocations'] = [];
  const queued: RunningIotCore['queued'] = [];
  const observed: IotObservation[] = [];
  const core = await IotCore.start({
    port: 0,
    accountId: '111122223333',
    region: 'eu-west-1',
    invokeFunction: async (functionArn, payload) => {
      invocations.push({ functionArn, payload: payload as Record<string, unknown> });
    },
    sendToQueue: async (queueUrl, body) => {
      queued.push({ queueUrl, body });
    },
    observe: (event) => observed.push(event),
    ...options,
  });
  onTestFinished(() => core.stop());
  return { core, invocations, queued, observed };
}

/** The rules of the lifecycle events, as the stack has them. */
export function putLifecycleRules(core: IotCore): void {
  for (const kind of [
    'presence/connected',
    'presence/disconnected',
    'presence/connect_failed',
    'subscriptions/subscribed',
    'subscriptions/unsubscribed',
  ]) {
    core.putRule({
      ruleName: kind.replace('/', '_'),
      sql: `SELECT * FROM '$aws/events/${kind}/#'`,
      actions: [{ lambda: { functionArn: 'arn:lifecycle' } }],
    });
  }
}

export interface TestClient {
  client: MqttClient;
  received: Received[];
  sessionPresent: boolean;
  connack: { properties?: Record<string, unknown> };
  /** Cuts the socket, without DISCONNECT. */
  cut(): void;
}

/** Connects an MQTT.js client; it does not reconnect by itself and ends with the test. */
export async function connect(core: IotCore, options: IClientOptions = {}): Promise<TestClient> {
  const client = mqtt.connect(`mqtt://127.0.0.1:${core.port}`, {
    protocolVersion: 5,
    reconnectPeriod: 0,
    connectTimeout: 5_000,
    resubscribe: false,
    ...options,
  });
  const received: Received[] = [];
  client.on('message', (topic, payload, packet) =>
    received.push({ topic, text: payload.toString(), packet }),
  );
  client.on('error', () => {});
  onTestFinished(() => {
    client.end(true);
  });
  const connack = await new Promise<{ sessionPresent: boolean; properties?: object }>((resolve, reject) => {
    client.once('connect', resolve);
    client.once('error', reject);
    client.once('close', () => reject(new Error('closed before CONNACK')));
  });
  return {
    client,
    received,
    sessionPresent: connack.sessionPresent,
    connack: connack as TestClient['connack'],
    cut: () => {
      client.stream.destroy();
    },
  };
}

/** The real SDK client, behind a server that has the data plane's routes and no others. */
export async function dataPlaneClient(core: IotCore): Promise<IoTDataPlaneClient> {
  const server = createServer((request, response) => {
    void core.handleRequest(request, response).then((handled) => {
      if (!handled) response.writeHead(418).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new IoTDataPlaneClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 1,
  });
  onTestFinished(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  return client;
}
