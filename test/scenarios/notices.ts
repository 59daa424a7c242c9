import type { SessionNotice } from '#edge/lifecycle/notice';
import { eventually } from '#test/local/eventually';
import { NOTICE_TOPIC } from './configuration.ts';
import type { Device } from './fleet.ts';

/** The Basic Ingest topic on which devices speak of their own session. */
const SESSION_TOPIC = '$aws/rules/mqtt_sessions_session/it';

function noticesOn(device: Device, topic: string): SessionNotice[] {
  return device.texts(topic).map((text) => JSON.parse(text) as SessionNotice);
}

/** What a client is told of its session without asking. */
export function noticeTo(device: Device): Promise<SessionNotice> {
  return eventually(() => firstOf(noticesOn(device, NOTICE_TOPIC)), 30_000);
}

/** What a client is told when it asks. */
export async function askForSession(device: Device): Promise<SessionNotice> {
  const responseTopic = `answers/${device.received.length}`;
  await device.client.publishAsync(SESSION_TOPIC, '{}', { qos: 1, properties: { responseTopic } });
  return eventually(() => firstOf(noticesOn(device, responseTopic)), 30_000);
}

/** A device says what it wants of its session. */
export async function declare(
  device: Device,
  declaration: { readonly sessionExpiryInterval?: number; readonly cleanStart?: boolean },
): Promise<void> {
  await device.client.publishAsync(SESSION_TOPIC, JSON.stringify(declaration), { qos: 1 });
}

/** Messages, without the notices of the service. */
export function messagesTo(device: Device): string[] {
  return device.received
    .filter(({ topic }) => topic.startsWith('data/') || topic.startsWith('telemetry/'))
    .map(({ payload }) => payload.toString());
}

function firstOf<Value>(values: readonly Value[]): Value {
  const [first] = values;
  if (first === undefined) throw new Error('Nothing has come yet');
  return first;
}
