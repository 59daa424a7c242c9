import { describe, expect, it } from 'vitest';
import type { PacketEdgeDependencies } from '#packet-edge/dependencies';
import { fireWill } from '#packet-edge/wills/wills';
import { Killer } from '#test/edge/world/killed';
import { useTables } from '#test/store/dynamodb/started-tables';
import { WillClient, type WillConnection } from '../clients/will-client.ts';
import { packetEdge } from '../dependencies.ts';

const SECOND = 1_000;
const T = 1_795_000_000_000;
const PORTS = ['sessions', 'wills', 'appends', 'router', 'retained', 'requests', 'flows'] as const;
/** More calls than any of these makes. */
const MOST_CALLS = 16;
const tables = useTables();

interface Scene {
  readonly before: (client: WillClient) => Promise<WillConnection | undefined>;
  readonly atMs: number;
  /** Handled by an instance that is killed, then by another one, with the same times. */
  readonly handle: (
    client: WillClient,
    dependencies: PacketEdgeDependencies,
    connection: WillConnection | undefined,
  ) => Promise<unknown>;
  /** Payloads in the log afterwards. */
  readonly published: readonly string[];
  /** Of the session, afterwards. */
  readonly open: boolean;
}

const connectWith = (delaySeconds: number) => (client: WillClient) =>
  client.connect(T, { will: { payload: 'first', retain: true, delaySeconds } });

const SCENES: Record<string, Scene> = {
  'a CONNECT with a will': {
    before: async () => undefined,
    atMs: T,
    handle: (client, dependencies) =>
      client.on(dependencies).connectAs('one', T, { will: { payload: 'first' } }),
    published: [],
    open: true,
  },
  'a lost connection': {
    before: connectWith(0),
    atMs: T + SECOND,
    handle: async (_, dependencies, connection) => connection?.on(dependencies).lose(T + SECOND),
    published: ['first'],
    open: false,
  },
  'a DISCONNECT with reason code 0x00': {
    before: connectWith(0),
    atMs: T + SECOND,
    handle: async (_, dependencies, connection) => connection?.on(dependencies).disconnect(T + SECOND),
    published: [],
    open: false,
  },
  'a takeover with a new will': {
    before: connectWith(0),
    atMs: T + SECOND,
    handle: (client, dependencies) =>
      client.on(dependencies).connectAs('two', T + SECOND, { will: { payload: 'second' } }),
    published: ['first'],
    open: true,
  },
  'a will whose time has come': {
    before: async (client) => {
      const connection = await connectWith(5)(client);
      await connection.lose(T);
      return connection;
    },
    atMs: T + 5 * SECOND,
    handle: (client, dependencies, connection) =>
      fireWill({ kind: 'will', clientId: client.clientId, connectionId: connection?.id ?? '' }, dependencies),
    published: ['first'],
    open: false,
  },
};

/** The same instance under the killer's hand; reading a log is no call that ends by itself. */
function threatened(edge: PacketEdgeDependencies, killer: Killer): PacketEdgeDependencies {
  const { log } = edge;
  const appends = { append: (append: Parameters<typeof log.append>[0]) => log.append(append) };
  const ports = killer.threaten({ ...edge, appends }, PORTS);
  return { ...ports, log: { ...log, append: ports.appends.append } };
}

/** The instance dies just after so many calls; before the first one is after none. */
async function survives(scene: Scene, calls: number): Promise<boolean> {
  let nowMs = T;
  const edge = packetEdge(tables(), { clock: () => nowMs });
  const client = new WillClient(edge);
  await client.listen();
  const connection = await scene.before(client);
  nowMs = scene.atMs;
  const killer = calls === 0 ? new Killer(0, false) : new Killer(calls - 1, true);
  const killed = scene.handle(client, threatened(edge, killer), connection);
  const answer = await killed.catch((error: Error) => error);
  if (answer instanceof Error) expect(answer.message).toBe('killed');
  await scene.handle(client, edge, connection);
  const session = await client.session();
  expect(session).not.toHaveProperty('dueWills');
  expect(session.will !== undefined).toBe(scene.open);
  const payloads = (await client.published()).map(({ payload }) => Buffer.from(payload).toString());
  expect(payloads).toEqual(scene.published);
  const { will } = session;
  const kept = will && (await edge.wills.get(client.clientId, will.position));
  expect(kept !== undefined).toBe(scene.open);
  return killer.hasStruck;
}

describe('whoever handles wills may be killed after any call, and once it is handled again there is', () => {
  it.each(Object.entries(SCENES))('one message at most: %s', async (_name, scene) => {
    const calls = Array.from({ length: MOST_CALLS }, (_, index) => index);
    const struck = await Promise.all(calls.map((each) => survives(scene, each)));
    const kills = struck.filter((hasStruck) => hasStruck).length;
    expect(kills).toBeGreaterThanOrEqual(4);
    expect(kills).toBeLessThan(MOST_CALLS);
  });
});

it('a will is taken from the session although others write to it at the same time', async () => {
  const edge = packetEdge(tables(), { clock: () => T });
  const client = new WillClient(edge);
  await client.listen();
  const connection = await client.connect(T, { will: {} });
  let rivals = 2;
  const sessions: PacketEdgeDependencies['sessions'] = {
    ...edge.sessions,
    async write(session, expectedRevision) {
      if (session.dueWills === undefined && session.will === undefined && rivals > 0) {
        rivals -= 1;
        const current = await client.session();
        await edge.sessions.write(
          { ...current, delivered: 7, revision: current.revision + 1 },
          current.revision,
        );
      }
      return edge.sessions.write(session, expectedRevision);
    },
  };
  await connection.on({ ...edge, sessions }).lose(T);
  expect(rivals).toBe(0);
  expect(await client.session()).toMatchObject({ delivered: 7, status: 'disconnected' });
  expect(await client.session()).not.toHaveProperty('dueWills');
});
