import mqtt from 'mqtt';
import type { Fleet } from '#test/scenarios/fleet';
import { type Figure, judged, type Measured } from './figure.ts';
import { withFleet } from './local-cloud.ts';
import type { Progress } from './progress.ts';

const DELAYS_SECONDS = [0, 1, 2, 5, 10, 30] as const;
const MOST_SECONDS = 1;
const LIMIT_MS = 20_000;

/** How much later than its delay a will came, milliseconds; negative: earlier. */
async function fire(url: string, delaySeconds: number): Promise<number> {
  const topic = `wills/${delaySeconds}`;
  const watcher = await mqtt.connectAsync(url, {
    clientId: `watcher-${delaySeconds}`,
    protocolVersion: 5,
    reconnectPeriod: 0,
  });
  await watcher.subscribeAsync(topic, { qos: 1 });
  const device = await mqtt.connectAsync(url, {
    clientId: `device-${delaySeconds}`,
    protocolVersion: 5,
    reconnectPeriod: 0,
    properties: { sessionExpiryInterval: 3600 },
    will: {
      topic,
      payload: Buffer.from('gone'),
      qos: 1,
      retain: false,
      properties: { willDelayInterval: delaySeconds },
    },
  });
  const came = new Promise<number>((resolve, reject) => {
    const limitMs = delaySeconds * 1000 + LIMIT_MS;
    setTimeout(() => reject(new Error(`The will after ${delaySeconds} s did not come`)), limitMs).unref();
    watcher.once('message', () => resolve(performance.now()));
  });
  const cutAtMs = performance.now();
  device.stream.destroy();
  device.end(true);
  const lateMs = (await came) - cutAtMs - delaySeconds * 1000;
  await watcher.endAsync();
  return lateMs;
}

async function measure(fleet: Fleet, progress: Progress): Promise<Measured> {
  const url = String(fleet.cloud.endpoints.packets);
  let fired = 0;
  const late = await Promise.all(
    DELAYS_SECONDS.map(async (delaySeconds) => {
      const lateMs = await fire(url, delaySeconds);
      fired += 1;
      progress(`${fired} of ${DELAYS_SECONDS.length} wills came`);
      return lateMs;
    }),
  );
  const worst = Math.max(...late.map(Math.abs)) / 1000;
  const line = judged(worst <= MOST_SECONDS, {
    what: 'packet edge, will with a delay: furthest from its time',
    toReach: `<= ${MOST_SECONDS} s`,
    measured: `${worst.toFixed(2)} s`,
    note: `from the cut of the link to the subscriber, less the delay, for delays of ${DELAYS_SECONDS.join(', ')} s on the local cloud; each waits in an SQS message, which is sent again for the rest where a delay is longer than SQS holds it (15 minutes)`,
  });
  return { lines: [line], values: { 'packets.willLateSeconds': worst } };
}

export const willDelay: Figure = {
  name: 'will-delay',
  title: 'how exactly a will with a delay fires',
  run: (progress) => withFleet((fleet) => measure(fleet, progress)),
};
