import { describe, expect, it } from 'vitest';
import { checkRoute } from '#edge/route-check';
import { useTables } from '../store/dynamodb/started-tables.ts';
import { Edge, SECOND, START_MS } from './world/edge.ts';

const T = START_MS;
const tables = useTables();

/** A routed filter to which nobody subscribes any more. */
async function unusedRoute() {
  const edge = new Edge(tables());
  const filter = edge.filter('a');
  await edge.handle(edge.connected(0, T));
  await edge.handle(edge.subscribed(0, T, filter));
  await edge.handle(edge.unsubscribed(0, T + SECOND, filter));
  const check = (step: 'mark' | 'confirm') => checkRoute({ filter, step }, edge.dependencies);
  return { edge, filter, check, routes: edge.dependencies.routes };
}

describe('a route without subscribers', () => {
  it('is marked, looked at again, and gone when its time has come', async () => {
    const { edge, filter, check, routes } = await unusedRoute();
    expect(await check('mark')).toBe('marked');
    expect(edge.requests.of('routeChecks').at(-1)).toMatchObject({ body: { filter, step: 'confirm' } });
    expect(await routes.find([filter])).toHaveLength(1);
    expect(await check('confirm')).toBe('unused');
    edge.nowMs = T + 120 * SECOND;
    expect(await routes.find([filter])).toEqual([]);
  });

  it('stays when a subscriber comes before the mark', async () => {
    const { edge, filter, check, routes } = await unusedRoute();
    await edge.handle(edge.subscribed(0, T + 2 * SECOND, filter));
    expect(await check('mark')).toBe('kept');
    expect((await routes.get(filter))?.expiresAt).toBeUndefined();
  });

  it('stays when a subscriber comes between mark and second look, by its own doing', async () => {
    const { edge, filter, check, routes } = await unusedRoute();
    await check('mark');
    await edge.handle(edge.subscribed(0, T + 2 * SECOND, filter));
    expect((await routes.get(filter))?.expiresAt).toBeUndefined();
    expect(await check('confirm')).toBe('kept');
    edge.nowMs = T + 120 * SECOND;
    expect(await routes.find([filter])).toHaveLength(1);
  });

  it('stays when the index showed the subscriber too late for the first look', async () => {
    const { edge, filter, check, routes } = await unusedRoute();
    await edge.handle(edge.subscribed(0, T + 2 * SECOND, filter));
    const { subscriptions } = edge.dependencies;
    const lagging = { ...subscriptions, hasSubscribers: async () => false };
    await checkRoute({ filter, step: 'mark' }, { ...edge.dependencies, subscriptions: lagging });
    expect((await routes.get(filter))?.expiresAt).toBeDefined();
    expect(await check('confirm')).toBe('kept');
    expect((await routes.get(filter))?.expiresAt).toBeUndefined();
  });

  it('comes back for a subscriber after its time', async () => {
    const { edge, filter, check, routes } = await unusedRoute();
    await check('mark');
    edge.nowMs = T + 3600 * SECOND;
    await edge.handle(edge.subscribed(0, edge.nowMs, filter));
    expect(await routes.find([filter])).toHaveLength(1);
  });
});
