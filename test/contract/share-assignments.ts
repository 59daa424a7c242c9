import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LOG_START, positionOf } from '#session/position';
import type { ShareAssignments } from '#store/share-groups/share-assignments';

/** What every table of share assignments does. */
export function shareAssignmentsContract(assignments: () => ShareAssignments): void {
  describe('share assignments', () => {
    const newGroup = () => `$share/group/${randomUUID()}`;
    const position = positionOf(1_795_000_000_000, 'message');
    const member = (clientId: string, incarnation = '1') => ({ clientId, incarnation });
    const [first, second, third] = [member('first'), member('second'), member('third')];

    it('gives a message to whoever comes first', async () => {
      const group = newGroup();
      expect(await assignments().assign(group, position, first, 60)).toEqual(first);
      expect(await assignments().assign(group, position, second, 60)).toEqual(first);
      expect(await assignments().assignedFrom(group, LOG_START)).toEqual(new Map([[position, first]]));
    });

    it('takes it away from the life of a member to which it belongs, once', async () => {
      const group = newGroup();
      await assignments().assign(group, position, first, 60);
      const otherLife = { from: member('first', '2'), to: second };
      expect(await assignments().reassign(group, position, otherLife, 60)).toEqual(first);
      expect(await assignments().reassign(group, position, { from: first, to: second }, 60)).toEqual(second);
      expect(await assignments().reassign(group, position, { from: first, to: third }, 60)).toEqual(second);
      expect(await assignments().assignedFrom(group, LOG_START)).toEqual(new Map([[position, second]]));
    });

    it('gives it away though nobody knows any more whose it was', async () => {
      const group = newGroup();
      expect(await assignments().reassign(group, position, { from: first, to: second }, 60)).toEqual(second);
    });
  });
}
