/**
 * Two devices that exchange QoS 2 messages over AWS IoT Core, which has none. Against the local cloud:
 *
 *   npm start                                                # in one terminal
 *   node --import tsx client/examples/qos2-over-iot-core.ts  # in another; stop it with Ctrl-C or kill -9, run it again
 *
 * The sensor counts on where it stopped, and the display shows each number once.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connectThroughIotCore, createSessionStore, type ReceivedPublish } from '#client/index';

const [, , url = 'mqtt://127.0.0.1:1883', directory = '.local/qos2-over-iot-core'] = process.argv;
mkdirSync(directory, { recursive: true });

/** A number that outlives the process. */
function numberIn(file: string, byDefault: number): number {
  try {
    return Number(readFileSync(`${directory}/${file}`, 'utf8'));
  } catch {
    return byDefault;
  }
}

async function device(clientId: string) {
  const session = await createSessionStore(`${directory}/${clientId}`);
  const client = connectThroughIotCore({ url, clientId, session });
  client.on('connect', ({ sessionPresent }) =>
    console.log(`${clientId}: connected, session present: ${sessionPresent}`),
  );
  client.on('error', ({ message }) => console.log(`${clientId}: ${message}`));
  return client;
}

const display = await device('carried-display');
display.on('connect', ({ sessionPresent }) => {
  if (!sessionPresent) display.subscribe('example/count', { qos: 2 });
});
display.on('message', (_topic, payload, packet) => {
  // What was shown just before the process ended comes once more, with the same number.
  const { receiptNumber } = packet as ReceivedPublish;
  if (receiptNumber <= numberIn('shown', 0)) return;
  console.log(`carried-display: ${payload}`);
  writeFileSync(`${directory}/shown`, String(receiptNumber));
});

const sensor = await device('carried-sensor');
setInterval(() => {
  const count = numberIn('count', 0) + 1;
  writeFileSync(`${directory}/count`, String(count));
  sensor.publish('example/count', String(count), { qos: 2 });
}, 1_000);
