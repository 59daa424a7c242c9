import { Readable } from 'node:stream';
import type { IStore } from 'mqtt';

/**
 * Keeps nothing: frames belong to one connection, and whoever sent them sends them again. A frame that MQTT.js
 * would send once more on a new connection could only confuse.
 */
export const NO_STORE: IStore = {
  put(_packet, done) {
    done();
    return NO_STORE;
  },
  createStream: () => Readable.from([]) as unknown as ReturnType<IStore['createStream']>,
  del({ messageId }, done) {
    done(undefined, { cmd: 'puback', ...(messageId !== undefined && { messageId }) });
    return NO_STORE;
  },
  get(_packet, done) {
    done(new Error('Nothing is kept'));
    return NO_STORE;
  },
  close: (done) => done(),
};
