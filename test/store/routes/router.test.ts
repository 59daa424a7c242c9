import { describe, expect, it } from 'vitest';
import { shapeOf } from '#session/topics/shape';
import { createRouter } from '#store/routes/router';
import type { Route, RouteReading } from '#store/routes/routes';

/** Routes that count what they are asked. */
function routesOf(filters: string[]) {
  const asked = { shapes: 0, filters: [] as string[][] };
  return {
    asked,
    filters,
    failing: false,
    async shapes() {
      asked.shapes += 1;
      if (this.failing) throw new Error('no answer');
      return [...new Set(filters.map(shapeOf))];
    },
    async find(wanted: readonly string[]): Promise<Route[]> {
      asked.filters.push([...wanted]);
      if (this.failing) throw new Error('no answer');
      return filters
        .filter((filter) => wanted.includes(filter))
        .map((filter) => ({ filter, retainSeconds: 60, shards: 1 }));
    },
  };
}

const found = (routes: readonly Route[]) => routes.map(({ filter }) => filter).sort();

describe('router', () => {
  it('finds every filter that matches', async () => {
    const routes = routesOf(['a/b', 'a/+', '#', '+/c', 'b/#']);
    const router = createRouter(routes, { clock: () => 0 });
    expect(found(await router.route('a/b'))).toEqual(['#', 'a/+', 'a/b']);
    expect(found(await router.route('a/c'))).toEqual(['#', '+/c', 'a/+']);
    expect(found(await router.route('$SYS/c'))).toEqual([]);
  });

  it('asks once a second at most, also for what it did not find', async () => {
    let nowMs = 0;
    const routes = routesOf(['a/+']);
    const router = createRouter(routes, { clock: () => nowMs });
    await router.route('a/b');
    await router.route('x/b');
    nowMs = 999;
    await router.route('a/b');
    await router.route('x/b');
    expect(routes.asked).toEqual({ shapes: 1, filters: [['a/+'], ['x/+']] });
    nowMs = 1_000;
    await router.route('x/b');
    expect(routes.asked).toEqual({ shapes: 2, filters: [['a/+'], ['x/+'], ['x/+']] });
  });

  it('asks each time, for what is there now, when it has to be sure', async () => {
    const readings: unknown[] = [];
    const routes = {
      shapes: async (reading?: RouteReading) => {
        readings.push(reading);
        return ['l/+'];
      },
      find: async (_: readonly string[], reading?: RouteReading): Promise<Route[]> => {
        readings.push(reading);
        return [{ filter: 'a/+', retainSeconds: 60, shards: 1 }];
      },
    };
    const router = createRouter(routes, { clock: () => 0, cacheMs: 0, consistent: true });
    for (let count = 0; count < 2; count += 1) expect(found(await router.route('a/b'))).toEqual(['a/+']);
    expect(readings).toEqual(Array.from({ length: 4 }, () => ({ consistent: true })));
  });

  it('knows a new route after a second, even if asked to remember longer', async () => {
    let nowMs = 0;
    const routes = routesOf(['a/+']);
    const router = createRouter(routes, { clock: () => nowMs, cacheMs: 60_000 });
    expect(found(await router.route('b/c'))).toEqual([]);
    routes.filters.push('b/+', 'b/#');
    expect(found(await router.route('b/c'))).toEqual([]);
    nowMs = 1_000;
    expect(found(await router.route('b/c'))).toEqual(['b/#', 'b/+']);
  });

  it('asks once for many messages at once', async () => {
    const routes = routesOf(['a/+']);
    const router = createRouter(routes, { clock: () => 0 });
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => router.route(`a/${index}`)));
    expect(answers.map(found)).toEqual(Array.from({ length: 50 }, () => ['a/+']));
    expect(routes.asked).toEqual({ shapes: 1, filters: [['a/+']] });
  });

  it('remembers no more than it may, and still answers in full', async () => {
    const routes = routesOf(['a/b', 'a/+', '+/b', '#']);
    const router = createRouter(routes, { clock: () => 0, maximumCached: 1 });
    expect(found(await router.route('a/b'))).toEqual(['#', '+/b', 'a/+', 'a/b']);
    expect(found(await router.route('a/b'))).toEqual(['#', '+/b', 'a/+', 'a/b']);
  });

  it('answers in full though a remembered answer ends meanwhile', async () => {
    let nowMs = 0;
    const routes = routesOf(['a/b', '#']);
    const router = createRouter(routes, {
      clock: () => {
        nowMs += 300;
        return nowMs;
      },
    });
    for (let count = 0; count < 10; count += 1) {
      expect(found(await router.route('a/b'))).toEqual(['#', 'a/b']);
    }
  });

  it('does not remember a failure', async () => {
    const routes = routesOf(['a/b']);
    const router = createRouter(routes, { clock: () => 0 });
    routes.failing = true;
    await expect(router.route('a/b')).rejects.toThrow('no answer');
    routes.failing = false;
    expect(found(await router.route('a/b'))).toEqual(['a/b']);
    routes.failing = true;
    await expect(router.route('a/c')).rejects.toThrow('no answer');
    routes.failing = false;
    expect(found(await router.route('a/c'))).toEqual([]);
  });
});
