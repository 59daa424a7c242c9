import type { WorldOptions } from './packet-world.ts';
import { PacketWorld } from './packet-world.ts';

export interface OneMessage extends Pick<WorldOptions, 'time' | 'tables' | 'cuts' | 'faults' | 'twins'> {
  readonly publisherVersion: 4 | 5;
  readonly qos: 1 | 2;
  /** In client identifiers and topics, where a table is shared. */
  readonly prefix?: string;
  /** Longest times, milliseconds. */
  readonly longestMs?: number;
  readonly timeoutMs?: number;
}

const SEED = 1;

/**
 * One message from a client to another, over two connections: CONNECT and SUBSCRIBE, the handshake with the
 * publisher, the handshake with the subscriber.
 *
 * @param calmDown lets everything that is under way come to its end
 */
export async function sendOneMessage(
  { publisherVersion, qos, prefix = '', longestMs = 3, ...options }: OneMessage,
  calmDown: (world: PacketWorld, isDone: () => boolean) => Promise<void>,
): Promise<PacketWorld> {
  const longest = { latencyMs: longestMs, storeMs: longestMs, thinkMs: longestMs, backoffMs: 3 * longestMs };
  const world = new PacketWorld({ ...options, seed: SEED, longest, connectionPrefix: `${prefix}connection` });
  const receiveMaximum = 65_535;
  const publisher = `${prefix}publisher`;
  world.add({ clientId: publisher, protocolVersion: publisherVersion, receiveMaximum, subscriptions: [] });
  const subscriber = world.add({
    clientId: `${prefix}subscriber`,
    protocolVersion: publisherVersion === 4 ? 5 : 4,
    receiveMaximum,
    subscriptions: [{ filter: `${prefix}a/+`, qos }],
  });
  await calmDown(world, () => subscriber.isSubscribed);
  world.publish(publisher, `${prefix}a/b`, qos);
  await calmDown(world, () => subscriber.receiver.delivered.length > 0);
  return world;
}
