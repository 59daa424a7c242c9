import { describe, expect, it } from 'vitest';
import type { EdgeDependencies } from '#edge/dependencies';
import { repairLookUp } from '#edge/lifecycle/repair';
import { checkRoute } from '#edge/route-check';
import { cleanUp } from '#edge/session-end/session-end';
import { createFlowStore } from '#store/inflight/flows';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { Edge, SECOND, START_MS } from './world/edge.ts';
import { killAtEachCall } from './world/killed.ts';

const T = START_MS;
/** Thousands of requests: those of the handlers' own tests go to DynamoDB Local. */
const tables = memoryTables();
const PORTS = ['sessions', 'subscriptions', 'routes', 'shareGroups', 'broker', 'requests'] as const;

interface Scene {
  readonly policy?: ConstructorParameters<typeof Edge>[1];
  readonly before: (edge: Edge) => Promise<unknown>;
  readonly handle: (edge: Edge, dependencies: EdgeDependencies) => Promise<unknown>;
}

async function subscribeAll(edge: Edge): Promise<void> {
  edge.broker.grant(edge.filter('a'), edge.filter('b/#'), edge.shared('jobs'));
  await edge.handle(edge.connected(0, T));
  await edge.handle(
    edge.subscribed(0, T + SECOND, edge.filter('a'), edge.filter('b/#'), edge.shared('jobs')),
  );
}

async function subscribeAndLeave(edge: Edge): Promise<void> {
  await subscribeAll(edge);
  await edge.handle(edge.disconnected(0, T + 60 * SECOND));
}

const client = { sessionExpiryInterval: 'client', defaultSessionExpiryInterval: 600 } as const;
const SCENES: Record<string, Scene> = {
  'a first connection': {
    before: async () => undefined,
    handle: (edge, dependencies) => edge.handle(edge.connected(0, T), dependencies),
  },
  'a connection whose look-up fails': {
    before: async (edge) => edge.broker.fail(),
    handle: (edge, dependencies) => edge.handle(edge.connected(0, T), dependencies),
  },
  'a resumed session with a notice': {
    policy: { noticeTopic: 'notice' },
    before: subscribeAndLeave,
    handle: (edge, dependencies) => edge.handle(edge.connected(1, T + 120 * SECOND), dependencies),
  },
  'a takeover': {
    before: subscribeAll,
    handle: (edge, dependencies) => edge.handle(edge.connected(1, T + 120 * SECOND), dependencies),
  },
  'a disconnect': {
    before: subscribeAll,
    handle: (edge, dependencies) => edge.handle(edge.disconnected(0, T + 60 * SECOND), dependencies),
  },
  subscriptions: {
    before: (edge) => edge.handle(edge.connected(0, T)),
    handle: (edge, dependencies) => {
      const event = edge.subscribed(0, T + SECOND, edge.filter('a'), 'bad/#/filter', edge.shared('jobs'));
      return edge.handle(event, dependencies);
    },
  },
  'subscriptions before their connection': {
    before: async () => undefined,
    handle: (edge, dependencies) =>
      edge.handle(edge.subscribed(0, T + SECOND, edge.filter('a')), dependencies),
  },
  'a connect event after its subscriptions': {
    before: (edge) => edge.handle(edge.subscribed(0, T + SECOND, edge.filter('a'), edge.shared('jobs'))),
    handle: (edge, dependencies) => edge.handle(edge.connected(0, T), dependencies),
  },
  'an unsubscribe': {
    before: subscribeAll,
    handle: (edge, dependencies) =>
      edge.handle(edge.unsubscribed(0, T + 9 * SECOND, edge.filter('a'), edge.shared('jobs')), dependencies),
  },
  'a longer interval': {
    policy: client,
    before: subscribeAll,
    handle: (edge, dependencies) =>
      edge.handle(edge.declared(T + 2 * SECOND, { sessionExpiryInterval: 1800 }), dependencies),
  },
  'a declared clean start': {
    policy: client,
    before: async (edge) => {
      await subscribeAndLeave(edge);
      await edge.handle(edge.connected(1, T + 90 * SECOND));
      await edge.handle(edge.subscribed(1, T + 91 * SECOND, edge.filter('a'), edge.filter('new')));
    },
    handle: (edge, dependencies) =>
      edge.handle(edge.declared(T + 92 * SECOND, { cleanStart: true }), dependencies),
  },
  'a look-up to repair': {
    before: async (edge) => {
      const { connectionAnswer } = edge.broker;
      edge.broker.fail();
      await edge.handle(edge.connected(0, T));
      await edge.handle(edge.subscribed(0, T + SECOND, edge.filter('a')));
      edge.broker.connectionAnswer = connectionAnswer;
      edge.broker.grant(edge.filter('a'));
    },
    handle: (edge, dependencies) => repairLookUp(edge.clientId, 1, dependencies),
  },
  'the end of a session': {
    policy: { sessionExpiryInterval: 0 },
    before: subscribeAndLeave,
    handle: async (edge, dependencies) => {
      const publish = async () => undefined;
      const flows = createFlowStore(tables.newClient(), tables.names.inflight);
      const history = { append: async () => undefined };
      const all = { ...dependencies, flows, messages: edge.messages, history, publish };
      const ended = { reason: 'disconnected', endedAtMs: T + 60 * SECOND, announce: true } as const;
      return cleanUp({ ...ended, session: await edge.session(), isRemoved: false }, all);
    },
  },
  'a route that nobody needs': {
    before: async (edge) => {
      await subscribeAll(edge);
      await edge.handle(edge.unsubscribed(0, T + 9 * SECOND, edge.filter('a')));
    },
    handle: (edge, dependencies) => checkRoute({ filter: edge.filter('a'), step: 'mark' }, dependencies),
  },
};

/** All that is stored and asked for, without names of this run, times of writes and repetitions. */
async function stateOf(edge: Edge): Promise<unknown> {
  const { sessions, subscriptions, routes, shareGroups } = edge.dependencies;
  const { revision: _, ...session } = (await sessions.get(edge.clientId)) ?? { revision: 0 };
  const found = [];
  for (const rest of ['a', 'b/#', 'jobs', 'new']) found.push(await routes.get(edge.filter(rest)));
  const group = await shareGroups.get(edge.shared('jobs'));
  const state = {
    session,
    subscriptions: await subscriptions.list(edge.clientId),
    filters: 'clientId' in session ? await edge.filters() : [],
    routes: found,
    group: group && { ...group, online: [...group.online] },
    requests: [...new Set(edge.requests.all.map((each) => JSON.stringify(each)))].sort(),
    told: [...new Set(edge.broker.sent.map(({ message }) => Buffer.from(message.payload).toString()))],
  };
  return JSON.parse(
    JSON.stringify(state).replaceAll(edge.clientId, 'CLIENT').replaceAll(edge.prefix, 'PREFIX'),
  );
}

async function prepared({ policy, before }: Scene): Promise<Edge> {
  const edge = new Edge(tables, policy);
  edge.nowMs = T + 150 * SECOND;
  await before(edge);
  edge.requests.all.length = 0;
  return edge;
}

describe('a handler that is killed and run again leaves what an undisturbed one leaves', () => {
  it.each(Object.entries(SCENES))(
    '%s',
    async (_, scene) => {
      const kills = await killAtEachCall({
        prepare: () => prepared(scene),
        run: (edge, killer) =>
          scene.handle(edge, killer?.threaten(edge.dependencies, PORTS) ?? edge.dependencies),
        stateOf,
      });
      expect(kills).toBeGreaterThan(1);
    },
    30_000,
  );
});
