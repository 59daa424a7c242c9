import { describe, expect, it } from 'vitest';
import { changeInterval } from '#operator/acts/change-interval';
import { disconnect } from '#operator/acts/disconnect';
import { dropWaiting } from '#operator/acts/drop-waiting';
import { endSession } from '#operator/acts/end-session';
import { resume } from '#operator/acts/resume';
import type { OperatorDependencies } from '#operator/dependencies';
import { endSubscription, putSubscription } from '#operator/provision/one-filter';
import { provision } from '#operator/provision/provision';
import { SECOND, START_MS } from '#test/edge/world/edge';
import { killAtEachCall } from '#test/edge/world/killed';
import { memoryTables } from '#test/store/memory/memory-dynamodb';
import { Desk } from './desk.ts';

const T = START_MS;
/** Thousands of requests: those of the acts' own tests go to DynamoDB Local. */
const tables = memoryTables();
const PORTS = [
  'sessions',
  'subscriptions',
  'routes',
  'shareGroups',
  'flows',
  'broker',
  'requests',
  'history',
  'sessionStarts',
  'sessionSubscriptions',
] as const;

interface Scene {
  readonly isAway?: true;
  readonly act: (desk: Desk, acts: OperatorDependencies) => Promise<unknown>;
  readonly isNew?: true;
}

const ACTS: Record<string, Scene> = {
  'a longer interval': {
    act: (desk, acts) => changeInterval(desk.clientId, 86_400, desk.operator, acts),
  },
  'an interval of 0': {
    isAway: true,
    act: (desk, acts) => changeInterval(desk.clientId, 0, desk.operator, acts),
  },
  'the end of a connected session': { act: (desk, acts) => endSession(desk.clientId, desk.operator, acts) },
  'the end of a session': {
    isAway: true,
    act: (desk, acts) => endSession(desk.clientId, desk.operator, acts),
  },
  'the end of a connection': { act: (desk, acts) => disconnect(desk.clientId, desk.operator, acts) },
  'a delivery': { act: (desk, acts) => resume(desk.clientId, desk.operator, acts) },
  'one more subscription': {
    isAway: true,
    act: (desk, acts) =>
      putSubscription(desk.clientId, { filter: desk.shared('other'), qos: 1 }, desk.operator, acts),
  },
  'one subscription less': {
    isAway: true,
    act: (desk, acts) => endSubscription(desk.clientId, desk.shared('jobs'), desk.operator, acts),
  },
  'what waits': { isAway: true, act: (desk, acts) => dropWaiting(desk.clientId, desk.operator, acts) },
  'a session in advance': {
    isNew: true,
    act: (desk, acts) => provision(desk.clientId, wantedOf(desk), desk.operator, acts),
  },
  'other subscriptions': {
    isAway: true,
    act: (desk, acts) => provision(desk.clientId, wantedOf(desk), desk.operator, acts),
  },
};

function wantedOf(desk: Desk) {
  const filters = [desk.filter('a'), desk.filter('new/#'), desk.shared('other')];
  return {
    sessionExpiryInterval: 86_400,
    subscriptions: filters.map((filter) => ({ filter, qos: 1 as const })),
  };
}

async function prepared({ isAway, isNew }: Scene): Promise<Desk> {
  const desk = new Desk(tables);
  desk.nowMs = T + 150 * SECOND;
  if (isNew) return desk;
  desk.broker.grant(desk.filter('a'), desk.filter('b/#'), desk.shared('jobs'));
  await desk.handle(desk.connected(0, T));
  await desk.handle(
    desk.subscribed(0, T + SECOND, desk.filter('a'), desk.filter('b/#'), desk.shared('jobs')),
  );
  if (isAway) await desk.handle(desk.disconnected(0, T + 60 * SECOND));
  desk.requests.all.length = 0;
  return desk;
}

/** All that is stored and asked for, without names of this run, counts of writes and repetitions. */
async function stateOf(desk: Desk): Promise<unknown> {
  const { sessions, subscriptions, routes, shareGroups } = desk.acts;
  const { revision: _, ...session } = (await sessions.get(desk.clientId)) ?? { revision: 0 };
  const found = [];
  for (const rest of ['a', 'b/#', 'jobs', 'new/#', 'other']) found.push(await routes.get(desk.filter(rest)));
  const groups = [];
  for (const rest of ['jobs', 'other']) {
    const group = await shareGroups.get(desk.shared(rest));
    groups.push(group && { ...group, online: [...group.online] });
  }
  const once = (all: readonly unknown[]) => [...new Set(all.map((each) => JSON.stringify(each)))].sort();
  const state = {
    session,
    subscriptions: await subscriptions.list(desk.clientId),
    filters: 'clientId' in session ? await desk.filters() : [],
    routes: found,
    groups,
    requests: once(desk.requests.all),
    disconnected: once(desk.broker.disconnected),
    hasEntry: desk.history.length > 0,
  };
  return JSON.parse(
    JSON.stringify(state)
      .replaceAll(desk.clientId, 'CLIENT')
      .replaceAll(desk.prefix, 'PREFIX')
      .replace(/provisioned-[\da-f-]{36}/g, 'PROVISIONED'),
  );
}

describe('an act that is killed and done again leaves what an undisturbed one leaves', () => {
  it.each(Object.entries(ACTS))(
    '%s',
    async (_, scene) => {
      const kills = await killAtEachCall({
        prepare: () => prepared(scene),
        run: (desk, killer) => scene.act(desk, killer?.threaten(desk.acts, PORTS) ?? desk.acts),
        stateOf,
      });
      expect(kills).toBeGreaterThan(1);
    },
    60_000,
  );
});
