import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RouteStore } from '#store/routes/routes';

/** What every store of routes does. */
export function routeStoreContract(storeAt: (clock: () => number) => RouteStore): void {
  describe('route store', () => {
    const nowMs = 1_795_000_000_000;
    const nowSeconds = nowMs / 1000;
    const newFilter = () => `${randomUUID()}/+`;
    const store = () => storeAt(() => nowMs);
    const once = { retainSeconds: 60, shards: 1 };

    it('finds the routes among some filters, whatever they are called', async () => {
      const filters = [newFilter(), '#', '+', '/', `${newFilter()}/ü #?`];
      for (const filter of filters) await store().ensure({ filter, ...once });
      const found = await store().find([...filters, 'nowhere', ...filters]);
      expect(found.map((route) => route.filter).sort()).toEqual([...filters].sort());
      expect(found[0]).toMatchObject(once);
      expect(await store().find([])).toEqual([]);
    });

    it('finds more routes than one request takes', async () => {
      const prefix = randomUUID();
      const filters = Array.from({ length: 205 }, (_, index) => `${prefix}/${index}`);
      await Promise.all(filters.map((filter) => store().ensure({ filter, ...once })));
      expect(await store().find(filters)).toHaveLength(205);
    });

    it('adds the shape of a route before the route can be found', async () => {
      const depth = 'l/'.repeat(20);
      const filter = `${depth}+`;
      await store().ensure({ filter, ...once });
      expect(await store().shapes()).toContain(filter);
    });

    it('knows a route that is there, and lets it grow but never shrink', async () => {
      const filter = newFilter();
      expect(await store().ensure({ filter, retainSeconds: 60, shards: 2 })).toBe('created');
      expect(await store().ensure({ filter, retainSeconds: 60, shards: 2 })).toBe('existed');
      expect(await store().ensure({ filter, retainSeconds: 10, shards: 1 })).toBe('existed');
      expect(await store().ensure({ filter, retainSeconds: 90, shards: 1 })).toBe('changed');
      expect(await store().ensure({ filter, retainSeconds: 10, shards: 3 })).toBe('changed');
      expect(await store().find([filter])).toStrictEqual([{ filter, retainSeconds: 90, shards: 3 }]);
    });

    it('signals from when a client of the packet edge has subscribed, for as long as the route is there', async () => {
      const filter = newFilter();
      await store().ensure({ filter, ...once });
      expect(await store().find([filter])).toStrictEqual([{ filter, ...once }]);
      expect(await store().ensure({ filter, ...once, signals: true })).toBe('changed');
      expect(await store().ensure({ filter, ...once, signals: true })).toBe('existed');
      expect(await store().ensure({ filter, ...once })).toBe('existed');
      expect(await store().ensure({ filter, retainSeconds: 90, shards: 2 })).toBe('changed');
      await store().markUnused(filter, nowSeconds + 5);
      expect(await store().ensure({ filter, ...once })).toBe('changed');
      const route = { filter, retainSeconds: 90, shards: 2, signals: true };
      expect(await store().find([filter])).toStrictEqual([route]);
    });

    it('does not lose what it signals, whatever else changes at once', async () => {
      const filter = newFilter();
      await store().ensure({ filter, ...once });
      const changes = Array.from({ length: 12 }, (_, index) =>
        store().ensure({
          filter,
          retainSeconds: 61 + index,
          shards: 1,
          ...(index === 3 && { signals: true }),
        }),
      );
      await Promise.all(changes);
      expect(await store().get(filter)).toStrictEqual({
        filter,
        retainSeconds: 72,
        shards: 1,
        signals: true,
      });
    });

    it('finds shapes and routes when it has to be sure', async () => {
      const filter = newFilter();
      await store().ensure({ filter, ...once });
      expect(await store().shapes({ consistent: true })).toContain('l/+');
      expect(await store().find([filter], { consistent: true })).toStrictEqual([{ filter, ...once }]);
    });

    it('keeps the longest retention of many at once', async () => {
      const filter = newFilter();
      const retentions = Array.from({ length: 15 }, (_, index) => index + 1);
      const outcomes = await Promise.all(
        retentions.map((retainSeconds) => store().ensure({ filter, retainSeconds, shards: 1 })),
      );
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
      expect(await store().get(filter)).toStrictEqual({ filter, retainSeconds: 15, shards: 1 });
    });

    it('still finds a route that is about to be removed, not one whose time has come', async () => {
      const filter = newFilter();
      await store().ensure({ filter, ...once });
      expect(await store().markUnused(filter, nowSeconds + 1)).toBe('marked');
      expect(await store().find([filter])).toHaveLength(1);
      expect(await storeAt(() => nowMs + 999).find([filter])).toHaveLength(1);
      expect(await storeAt(() => nowMs + 1_000).find([filter])).toEqual([]);
    });

    it('marks a route once, and nothing that is not there', async () => {
      const filter = newFilter();
      expect(await store().markUnused(filter, nowSeconds)).toBe('unchanged');
      expect(await store().keep(filter)).toBe('unchanged');
      expect(await store().get(filter)).toBeUndefined();
      await store().ensure({ filter, ...once });
      await store().markUnused(filter, nowSeconds + 5);
      expect(await store().markUnused(filter, nowSeconds + 50)).toBe('unchanged');
      expect(await store().get(filter)).toMatchObject({ expiresAt: nowSeconds + 5 });
    });

    it('takes the mark off when asked to, or when a subscriber comes', async () => {
      const filter = newFilter();
      await store().ensure({ filter, ...once });
      expect(await store().keep(filter)).toBe('unchanged');
      await store().markUnused(filter, nowSeconds + 5);
      expect(await store().keep(filter)).toBe('kept');
      await store().markUnused(filter, nowSeconds + 5);
      expect(await store().ensure({ filter, ...once })).toBe('changed');
      expect(await store().get(filter)).toStrictEqual({ filter, ...once });
    });

    it('counts as created what had expired, though the item was still there', async () => {
      const filter = newFilter();
      await store().ensure({ filter, ...once });
      await store().markUnused(filter, nowSeconds);
      expect(await store().ensure({ filter, ...once })).toBe('created');
      expect(await store().find([filter])).toHaveLength(1);
    });
  });
}
