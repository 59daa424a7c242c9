import { Readable } from 'node:stream';
import type { IStore } from 'mqtt';
import { SessionStoreError } from './errors.ts';
import type { KeptPackets } from './kept-packets.ts';
import { isKept, type KeptPacket } from './stored-packet.ts';
import type { WriteQueue } from './write-queue.ts';

/** What MQTT.js has done when something is stored. */
export type Done = Parameters<IStore['put']>[1];

/** The texts that MQTT.js's own store has. */
const MISSING = 'missing packet';

/** The store of one direction as MQTT.js wants it. */
export function createPacketStore(
  packets: KeptPackets,
  queue: WriteQueue,
  put: (packet: KeptPacket, done: Done) => void,
): IStore {
  const store: IStore = {
    put: (packet, done) => {
      if (isKept(packet)) put(packet, done);
      else done(new SessionStoreError(`${packet.cmd} is not kept; allowed: publish and pubrel`));
      return store;
    },
    createStream: () => streamOf(packets, queue) as unknown as ReturnType<IStore['createStream']>,
    get: ({ messageId }, done) => {
      const kept = packets.get(messageId);
      if (kept === undefined) done(new Error(MISSING));
      else done(undefined, kept.packet);
      return store;
    },
    del: ({ messageId }, done) => {
      const kept = packets.get(messageId);
      if (kept === undefined) done(new Error(MISSING));
      else queue.write([packets.remove(kept)], (error) => done(error, kept.packet));
      return store;
    },
    // What is kept outlives the client; the session store itself is closed by whoever has opened it.
    close: (done) => {
      void queue.idle().then(() => done());
    },
  };
  return store;
}

/** In the original order, a PUBLISH that may have been sent with DUP. [MQTT-4.6.0-1] [MQTT-3.3.1-1] */
function streamOf(packets: KeptPackets, queue: WriteQueue): Readable {
  const kept = packets.all();
  const firstSent = kept.filter(({ isSent }) => !isSent);
  queue.write(firstSent.map((each) => packets.set({ ...each, isSent: true })));
  const toSend = kept.map(({ packet, isSent }) =>
    packet.cmd === 'publish' ? { ...packet, dup: isSent } : { ...packet },
  );
  // All at once: while MQTT.js waited for the first one, it would let newer messages pass.
  return new Readable({
    objectMode: true,
    read() {
      this.push(toSend.shift() ?? null);
    },
  });
}
