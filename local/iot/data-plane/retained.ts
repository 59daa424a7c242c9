import type { UserProperties } from 'mqtt-packet';
import type { Broker } from '../broker.ts';
import type { Message } from '../message.ts';
import { type Answer, done, failed } from './failure.ts';
import { pageOf } from './page.ts';
import type { DataPlaneRequest } from './request.ts';

export function getRetainedMessage(broker: Broker, { label: topic }: DataPlaneRequest): Answer {
  const message = broker.retained.find(topic);
  if (message === undefined) return failed(404, `The topic ${topic} has no retained message`);
  const { userProperties } = message.properties;
  return done({
    topic,
    payload: message.payload.toString('base64'),
    qos: message.qos,
    lastModifiedTime: message.receivedAtMs,
    ...(userProperties !== undefined && { userProperties: encoded(userProperties) }),
  });
}

export function listRetainedMessages(broker: Broker, request: DataPlaneRequest): Answer {
  return pageOf(broker.retained.all().map(summaryOf), 'retainedTopics', request);
}

function summaryOf({ topic, payload, qos, receivedAtMs }: Message): object {
  return { topic, payloadSize: payload.length, qos, lastModifiedTime: receivedAtMs };
}

function encoded(properties: UserProperties): string {
  const list = Object.entries(properties).flatMap(([name, values]) =>
    [values].flat().map((value) => ({ [name]: value })),
  );
  return Buffer.from(JSON.stringify(list)).toString('base64');
}
