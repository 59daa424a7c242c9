/**
 * A device that counts and receives, and can be killed at any time: `device-process <url> <directory> [finish]`.
 * What it has done is in files: intended, stored, received.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { connectWithSession } from '#client/connect-with-session';
import { createSessionStore, type ReceivedPublish } from '#client/session-store';

const [, , url = '', directory = '', finish] = process.argv;

function lines(file: string): string[] {
  try {
    return readFileSync(`${directory}/${file}`, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
const note = (file: string, line: string) => appendFileSync(`${directory}/${file}`, `${line}\n`);

const session = await createSessionStore(`${directory}/session`);
const client = connectWithSession(url, {
  mqtt: { clientId: 'device', properties: { sessionExpiryInterval: 3600 } },
  backOff: { maximumMs: 50 },
  session,
});
let lastReceipt = Number(lines('received').at(-1)?.split(' ')[0] ?? 0);
client.on('message', (_topic, payload, packet) => {
  const { receiptNumber } = packet as ReceivedPublish;
  if (receiptNumber <= lastReceipt) return;
  lastReceipt = receiptNumber;
  note('received', `${receiptNumber} ${payload}`);
});
client.on('connect', ({ sessionPresent }) => {
  const ready = () => process.stdout.write('ready\n');
  if (sessionPresent) ready();
  else client.subscribe('to-device', { qos: 2 }, ready);
});

let next = Number(lines('intended').at(-1) ?? 0) + 1;
/** A few at once: MQTT.js sends what is stored one by one after a return. */
function count(): void {
  if (!client.connected || session.held.outgoing.length >= 4) return;
  const number = String(next);
  next += 1;
  note('intended', number);
  client.publish('from-device', number, { qos: 2, cbStorePut: () => note('stored', number) });
}
if (finish === undefined) {
  setInterval(count, 15);
} else {
  setInterval(() => {
    const isEmpty = client.connected && session.held.outgoing.length === 0;
    if (isEmpty) process.stdout.write('done\n');
  }, 20);
}
