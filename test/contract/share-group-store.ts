import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { positionAt } from '#session/position';
import type { ShareGroupStore } from '#store/share-groups/share-groups';

/** What every store of `$share` groups does. */
export function shareGroupStoreContract(storeOf: () => ShareGroupStore): void {
  describe('share group store', () => {
    let store: ShareGroupStore;
    let filter: string;
    beforeEach(() => {
      store = storeOf();
      filter = `$share/workers/${randomUUID()}/#`;
    });

    it('counts its members, each once', async () => {
      expect(await store.get(filter)).toBeUndefined();
      expect(await store.join(filter, 'a 1')).toEqual({ membersOnline: 1 });
      expect(await store.join(filter, 'a 1')).toEqual({ membersOnline: 1 });
      expect(await store.join(filter, 'b 1')).toEqual({ membersOnline: 2 });
      expect(await store.leave(filter, 'a 1', positionAt(5))).toEqual({ membersOnline: 1 });
      expect(await store.leave(filter, 'a 1', positionAt(5))).toEqual({ membersOnline: 1 });
      expect(await store.get(filter)).toStrictEqual({ filter, online: new Set(['b 1']) });
    });

    it('owes delivery from when the last member left', async () => {
      await store.join(filter, 'a 1');
      await store.join(filter, 'b 1');
      await store.leave(filter, 'a 1', positionAt(5));
      expect(await store.leave(filter, 'b 1', positionAt(7))).toEqual({ membersOnline: 0 });
      expect(await store.get(filter)).toStrictEqual({ filter, online: new Set(), owedFrom: positionAt(7) });
      expect(await store.join(filter, 'c 1')).toEqual({ membersOnline: 1, owedFrom: positionAt(7) });
    });

    it('moves what is owed only to earlier, however often a member leaves', async () => {
      await store.join(filter, 'a 1');
      await store.leave(filter, 'a 1', positionAt(7));
      await store.leave(filter, 'a 1', positionAt(9));
      await store.join(filter, 'b 1');
      await store.leave(filter, 'b 1', positionAt(20));
      expect(await store.get(filter)).toMatchObject({ owedFrom: positionAt(7) });
      await store.leave(filter, 'b 1', positionAt(6));
      expect(await store.get(filter)).toMatchObject({ owedFrom: positionAt(6) });
    });

    it('owes from the earliest leave when many leave at once', async () => {
      const members = Array.from({ length: 15 }, (_, index) => `client ${index}`);
      await Promise.all(members.map((member) => store.join(filter, member)));
      expect((await store.get(filter))?.online.size).toBe(15);
      const left = await Promise.all(members.map((member) => store.leave(filter, member, positionAt(50))));
      expect(left.filter(({ membersOnline }) => membersOnline === 0)).toHaveLength(1);
      expect(await store.get(filter)).toStrictEqual({ filter, online: new Set(), owedFrom: positionAt(50) });
    });

    it('gives its lease to one of many', async () => {
      await store.join(filter, 'a 1');
      await store.leave(filter, 'a 1', positionAt(5));
      const holders = Array.from({ length: 10 }, (_, index) => `holder ${index}`);
      const leases = await Promise.all(
        holders.map((holder) => store.takeLease(filter, holder, 1_000, 2_000)),
      );
      expect(leases.filter(({ taken }) => taken)).toEqual([{ taken: true, owedFrom: positionAt(5) }]);
      expect(leases.find(({ taken }) => !taken)).toEqual({ taken: false, heldUntilMs: 2_000 });
    });

    it('gives the lease to another when it has ended, and renews it for its holder', async () => {
      expect(await store.takeLease(filter, 'one', 1_000, 2_000)).toEqual({ taken: false });
      await store.join(filter, 'a 1');
      expect(await store.takeLease(filter, 'one', 1_000, 2_000)).toEqual({ taken: true });
      expect(await store.takeLease(filter, 'one', 1_500, 2_500)).toEqual({ taken: true });
      expect(await store.takeLease(filter, 'two', 2_499, 9_000)).toEqual({
        taken: false,
        heldUntilMs: 2_500,
      });
      expect(await store.takeLease(filter, 'two', 2_500, 9_000)).toEqual({ taken: true });
      await store.settle(filter, 'one', positionAt(1));
      expect(await store.get(filter)).toMatchObject({ lease: { holder: 'two', untilMs: 9_000 } });
      expect(await store.get(filter)).not.toHaveProperty('owedFrom');
    });

    it('settles what was delivered', async () => {
      await store.join(filter, 'a 1');
      await store.leave(filter, 'a 1', positionAt(5));
      await store.join(filter, 'b 1');
      await store.takeLease(filter, 'one', 1_000, 2_000);
      await store.settle(filter, 'one', positionAt(8));
      const online = new Set(['b 1']);
      expect(await store.get(filter)).toStrictEqual({ filter, online, owedFrom: positionAt(8) });
      await store.takeLease(filter, 'one', 1_000, 2_000);
      await store.settle(filter, 'one', undefined);
      expect(await store.get(filter)).toStrictEqual({ filter, online });
    });

    it.each([
      ['to the end', undefined, 10],
      ['not so far', positionAt(8), 8],
      ['further', positionAt(12), 10],
    ])('keeps owing what came to be owed while it was delivered %s', async (_, settledAt, owedFromMs) => {
      await store.join(filter, 'a 1');
      await store.leave(filter, 'a 1', positionAt(5));
      await store.join(filter, 'b 1');
      await store.takeLease(filter, 'one', 1_000, 2_000);
      await store.leave(filter, 'b 1', positionAt(10));
      await store.join(filter, 'c 1');
      await store.takeLease(filter, 'one', 1_900, 2_900);
      await store.settle(filter, 'one', settledAt);
      expect(await store.get(filter)).toStrictEqual({
        filter,
        online: new Set(['c 1']),
        owedFrom: positionAt(owedFromMs),
      });
    });
  });
}
