import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { earlier, type Position } from '#session/position';
import { conditional, type Item, request, untilUncontended } from '../requests/request.ts';
import { fromItem, type GroupItem, type ShareGroup } from './share-group-item.ts';

export type { ShareGroup } from './share-group-item.ts';

/** A connection of a client as a member: `<clientId> <sessionIdentifier>`. */
export type Member = string;

/** State of `$share` groups. */
export interface ShareGroupStore {
  get(filter: string): Promise<ShareGroup | undefined>;
  /** The member is online: the broker delivers to it. */
  join(filter: string, member: Member): Promise<{ membersOnline: number; owedFrom?: Position }>;
  /** The member is gone; when it was the last, delivery is owed from `owedFrom` on, in the same write. */
  leave(filter: string, member: Member, owedFrom: Position): Promise<{ membersOnline: number }>;
  /** The right to deliver what is owed, until it ends by itself; the holder itself renews it. */
  takeLease(
    filter: string,
    holder: string,
    nowMs: number,
    untilMs: number,
  ): Promise<
    | { taken: true; owedFrom?: Position }
    /** Held by another until then; without a time there is no such group. */
    | { taken: false; heldUntilMs?: number }
  >;
  /**
   * Gives the lease back. Delivery is owed from `owedFrom` on, undefined: no more; but what has come to be
   * owed since the lease was taken, because the last member left, stays owed. Does nothing without the lease.
   */
  settle(filter: string, holder: string, owedFrom: Position | undefined): Promise<void>;
}

/** @example createShareGroupStore(client, names.routes) */
export function createShareGroupStore(client: DynamoDBDocumentClient, table: string): ShareGroupStore {
  const keyOf = (filter: string) => ({ kind: 'share', value: filter });

  async function read(filter: string): Promise<GroupItem | undefined> {
    const command = new GetCommand({ TableName: table, Key: keyOf(filter), ConsistentRead: true });
    const { Item } = await request(`read the share group ${filter}`, client.send(command));
    return Item as GroupItem | undefined;
  }

  async function update(
    filter: string,
    expression: string,
    values: Item,
    condition?: string,
  ): Promise<{ met: true; item: GroupItem } | { met: false; item: GroupItem | undefined }> {
    const command = new UpdateCommand({
      TableName: table,
      Key: keyOf(filter),
      UpdateExpression: expression,
      ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: { ...values } }),
      ...(condition === undefined ? {} : { ConditionExpression: condition }),
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const written = await conditional(`change the share group ${filter}`, client.send(command));
    if (written.met) return { met: true, item: written.output.Attributes as unknown as GroupItem };
    return { met: false, item: written.item as unknown as GroupItem | undefined };
  }

  /** The last one out, or one that was never in, of an empty group: owed from then on. */
  async function leaveEmpty(filter: string, known: GroupItem | undefined, owedFrom: Position) {
    const values: Record<string, unknown> = { ':owedFrom': earlier(known?.owedFrom ?? owedFrom, owedFrom) };
    const sets = ['owedFrom = :owedFrom'];
    if (known?.leaseHolder !== undefined) {
      values[':meanwhile'] = earlier(known.owedMeanwhile ?? owedFrom, owedFrom);
      sets.push('owedMeanwhile = :meanwhile');
    }
    const same = (['membersOnline', 'owedFrom', 'owedMeanwhile', 'leaseHolder'] as const).map((attribute) => {
      if (known?.[attribute] === undefined) return `attribute_not_exists(${attribute})`;
      values[`:known${attribute}`] = known[attribute];
      return `${attribute} = :known${attribute}`;
    });
    const expression = `SET ${sets.join(', ')} REMOVE membersOnline`;
    return (await update(filter, expression, values, same.join(' AND '))).met;
  }

  return {
    async get(filter) {
      const item = await read(filter);
      return item === undefined ? undefined : fromItem(item);
    },

    async join(filter, member) {
      const values = { ':member': new Set([member]) };
      const { item } = await update(filter, 'ADD membersOnline :member', values);
      return {
        membersOnline: item?.membersOnline?.size ?? 0,
        ...(item?.owedFrom === undefined ? {} : { owedFrom: item.owedFrom }),
      };
    },

    leave(filter, member, owedFrom) {
      return untilUncontended(`leave the share group ${filter}`, async () => {
        const othersAreOnline = 'size(membersOnline) > :one AND contains(membersOnline, :member)';
        const values = { ':members': new Set([member]), ':member': member, ':one': 1 };
        const left = await update(filter, 'DELETE membersOnline :members', values, othersAreOnline);
        if (left.met) return { membersOnline: left.item.membersOnline?.size ?? 0 };
        const online = left.item?.membersOnline ?? new Set();
        if (online.size > 0 && !online.has(member)) return { membersOnline: online.size };
        if (online.size > 1) return undefined;
        return (await leaveEmpty(filter, left.item, owedFrom)) ? { membersOnline: 0 } : undefined;
      });
    },

    async takeLease(filter, holder, nowMs, untilMs) {
      const values = { ':holder': holder, ':now': nowMs, ':until': untilMs };
      const isFree = 'attribute_not_exists(leaseHolder) OR (leaseHolder <> :holder AND leaseUntilMs <= :now)';
      const take = 'SET leaseHolder = :holder, leaseUntilMs = :until REMOVE owedMeanwhile';
      const taken = await update(filter, take, values, `attribute_exists(kind) AND (${isFree})`);
      if (taken.met) return { taken: true, ...owed(taken.item) };
      if (taken.item?.leaseHolder === holder) {
        const renewal = { ':holder': holder, ':until': untilMs };
        const renewed = await update(filter, 'SET leaseUntilMs = :until', renewal, 'leaseHolder = :holder');
        if (renewed.met) return { taken: true, ...owed(renewed.item) };
      }
      const heldUntilMs = taken.item?.leaseUntilMs;
      return { taken: false, ...(heldUntilMs === undefined ? {} : { heldUntilMs }) };
    },

    async settle(filter, holder, owedFrom) {
      await untilUncontended(`settle the share group ${filter}`, async () => {
        const known = await read(filter);
        if (known?.leaseHolder !== holder) return true;
        const meanwhile = known.owedMeanwhile;
        const rest = meanwhile === undefined ? owedFrom : earlier(meanwhile, owedFrom ?? meanwhile);
        const release = 'REMOVE leaseHolder, leaseUntilMs, owedMeanwhile';
        const isSame =
          meanwhile === undefined ? 'attribute_not_exists(owedMeanwhile)' : 'owedMeanwhile = :meanwhile';
        const settled = await update(
          filter,
          rest === undefined ? `${release}, owedFrom` : `SET owedFrom = :rest ${release}`,
          {
            ':holder': holder,
            ...(rest === undefined ? {} : { ':rest': rest }),
            ...(meanwhile === undefined ? {} : { ':meanwhile': meanwhile }),
          },
          `leaseHolder = :holder AND ${isSame}`,
        );
        return settled.met ? true : undefined;
      });
    },
  };
}

function owed({ owedFrom }: GroupItem): { owedFrom?: Position } {
  return owedFrom === undefined ? {} : { owedFrom };
}
