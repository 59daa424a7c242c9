import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import mqtt from 'mqtt';
import { expect, it, onTestFinished } from 'vitest';
import { seededRandom } from '#local/random';
import { eventually } from '#test/local/eventually';
import { randomSeed } from '#test/session/random-seed';
import { sessionDirectory } from './directory.ts';
import { startService } from './service.ts';

const KILLS = 4;

/** Starts the device, and waits until it says the word. */
async function device(
  url: string,
  directory: string,
  word: string,
  ...more: string[]
): Promise<ChildProcess> {
  const program = new URL('./device-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', program, url, directory, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  for await (const line of createInterface(child.stdout)) if (line === word) break;
  expect(child.exitCode).toBeNull();
  return child;
}

it('a device that is killed again and again sends and receives each QoS 2 message exactly once', async () => {
  const random = seededRandom(randomSeed);
  const { url } = await startService();
  const directory = await sessionDirectory();
  await mkdir(directory);
  const linesIn = async (file: string) => (await readFile(`${directory}/${file}`, 'utf8')).trim().split('\n');

  const observer = await mqtt.connectAsync(url, { clientId: 'observer', protocolVersion: 5 });
  onTestFinished(async () => {
    await observer.endAsync(true);
  });
  const observed: number[] = [];
  observer.on('message', (_topic, payload) => observed.push(Number(payload)));
  await observer.subscribeAsync('from-device', { qos: 2 });

  let sent = 0;
  let isSending = false;
  const send = async () => {
    while (isSending) {
      sent += 1;
      await observer.publishAsync('to-device', String(sent), { qos: 2 });
      await delay(25);
    }
  };
  let sending = Promise.resolve();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const child = await device(url, directory, 'ready');
    if (!isSending) {
      isSending = true;
      sending = send();
    }
    await delay(random() * 300);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
  isSending = false;
  await sending;
  await device(url, directory, 'done', 'finish');

  const stored = (await linesIn('stored')).map(Number);
  await eventually(() => expect(observed, `SEED=${randomSeed}`).toEqual(expect.arrayContaining(stored)));
  // In order, none twice; what had not been stored when the device was killed may be there or not.
  expect(observed, `SEED=${randomSeed}`).toEqual([...new Set(observed)].sort((a, b) => a - b));
  await eventually(async () => {
    const received = (await linesIn('received')).map((line) => Number(line.split(' ')[1]));
    expect(received, `SEED=${randomSeed}`).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
  });
}, 90_000);
