import { readdirSync, statSync } from 'node:fs';
import { cp, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { IPublishPacket } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { createSessionStore, type SessionStore } from '#client/session-store';
import { type Random, seededRandom } from '#local/random';
import { randomSeed } from '#test/session/random-seed';
import { sessionDirectory } from './directory.ts';

/** What was on the disk when the store said so. */
interface Moment {
  readonly logBytes: number;
  readonly state: unknown;
}

const publish = (messageId: number, random: Random): IPublishPacket => ({
  cmd: 'publish',
  topic: `topic/${messageId}`,
  payload: Buffer.alloc(Math.floor(random() * 400), messageId),
  qos: 2,
  dup: false,
  retain: false,
  messageId,
});

/** LevelDB's log, where every change goes first. */
function logIn(directory: string): string {
  const logs = readdirSync(directory).filter((file) => file.endsWith('.log'));
  expect(logs).toHaveLength(1);
  return join(directory, String(logs[0]));
}

function stateOf({ held }: SessionStore): unknown {
  return [held.outgoing, held.incoming].map((packets) =>
    packets.map((packet) => [
      packet.cmd,
      packet.messageId,
      packet.cmd === 'publish' && packet.payload.length,
    ]),
  );
}

/** One change that MQTT.js could make, and the bytes on the disk when the store says that it is there. */
function change(store: SessionStore, directory: string, random: Random): Promise<number> {
  const { outgoingStore, incomingStore } = store;
  const messageId = 1 + Math.floor(random() * 8);
  const kind = Math.floor(random() * 5);
  return new Promise((resolve) => {
    const done = () => resolve(statSync(logIn(directory)).size);
    if (kind === 0) outgoingStore.put(publish(messageId, random), done);
    else if (kind === 1) outgoingStore.put({ cmd: 'pubrel', messageId }, done);
    else if (kind === 2) outgoingStore.del({ messageId }, done);
    else if (kind === 3) incomingStore.put(publish(messageId, random), done);
    else incomingStore.del({ messageId }, done);
  });
}

describe('session state on a disk that loses its power', () => {
  it('is as the store last said, wherever the writing stopped', async () => {
    const random = seededRandom(randomSeed);
    const directory = await sessionDirectory();
    const store = await createSessionStore(directory);
    store.connected('device');
    // Written in the order in which it is asked for: whose session it is stands before this.
    await new Promise<unknown>((resolve) => {
      store.outgoingStore.put(publish(1, random), resolve);
    });
    const moments: Moment[] = [];
    for (let count = 0; count < 60; count += 1) {
      const logBytes = await change(store, directory, random);
      moments.push({ logBytes, state: stateOf(store) });
    }
    await store.close();
    for (let cut = 0; cut < 40; cut += 1) {
      const index = Math.floor(random() * (moments.length - 1));
      const [before, after] = moments.slice(index, index + 2) as [Moment, Moment];
      const logBytes = before.logBytes + Math.floor(random() * (after.logBytes - before.logBytes));
      const copy = `${directory}-${cut}`;
      await cp(directory, copy, { recursive: true });
      await truncate(logIn(copy), logBytes);
      const found = await createSessionStore(copy);
      expect(stateOf(found), `SEED=${randomSeed} cut ${cut} at ${logBytes}`).toEqual(before.state);
      expect(found.clientId).toBe('device');
      await found.close();
    }
  });
});
