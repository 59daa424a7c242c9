import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Position } from '#session/position';
import { queryAll } from '../requests/query.ts';
import { conditional } from '../requests/request.ts';

/** A member of a share group: a client, in the life in which the message was given to it. */
export interface AssignedMember {
  readonly clientId: string;
  readonly incarnation: string;
}

/** Which member of a share group a message is for. */
export interface ShareAssignments {
  /**
   * Gives a message, named by the position of its receive time, to the member, unless it was given to one
   * before: whoever comes first decides, for ever. Answers to whom it belongs.
   */
  assign(
    sharedFilter: string,
    position: Position,
    member: AssignedMember,
    retainSeconds: number,
  ): Promise<AssignedMember>;
  /**
   * Takes a message away from a member whose session has ended, unless it is another one's by now. Answers to whom
   * it belongs.
   */
  reassign(
    sharedFilter: string,
    position: Position,
    members: { readonly from: AssignedMember; readonly to: AssignedMember },
    retainSeconds: number,
  ): Promise<AssignedMember>;
  /** Of the positions from one on those that were given to a member, and to whom; others may have been since. */
  assignedFrom(sharedFilter: string, from: Position): Promise<ReadonlyMap<Position, AssignedMember>>;
}

/** Beside the filter's own log; `$share/…` is routed as nothing, so the key is of no other use. */
function assignmentsKey(sharedFilter: string): string {
  return `${sharedFilter}#assigned`;
}

/** @example createShareAssignments(client, names.messages, { clock: Date.now }) */
export function createShareAssignments(
  client: DynamoDBDocumentClient,
  table: string,
  { clock }: { readonly clock: () => number },
): ShareAssignments {
  async function give(
    sharedFilter: string,
    position: Position,
    { from, to }: { readonly from?: AssignedMember; readonly to: AssignedMember },
    retainSeconds: number,
  ): Promise<AssignedMember> {
    const expiresAt = Math.ceil(clock() / 1000) + retainSeconds;
    const isNobodys = 'attribute_not_exists(#log)';
    const isStillTheirs = '#member = :from';
    const command = new PutCommand({
      TableName: table,
      Item: { log: assignmentsKey(sharedFilter), position, member: to, expiresAt },
      ConditionExpression: from === undefined ? isNobodys : `${isNobodys} OR ${isStillTheirs}`,
      ExpressionAttributeNames: { '#log': 'log', ...(from !== undefined && { '#member': 'member' }) },
      ...(from !== undefined && { ExpressionAttributeValues: { ':from': from } }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const put = await conditional(`assign a message of ${sharedFilter}`, client.send(command));
    if (put.met) return to;
    // Removed by TTL this very moment if it is absent: then nobody has it.
    return (put.item?.['member'] as AssignedMember | undefined) ?? to;
  }

  return {
    assign: (sharedFilter, position, member, retainSeconds) =>
      give(sharedFilter, position, { to: member }, retainSeconds),

    reassign: give,

    async assignedFrom(sharedFilter, from) {
      const items = await queryAll(client, `list what ${sharedFilter} has assigned`, {
        TableName: table,
        KeyConditionExpression: '#log = :log AND #position >= :from',
        ExpressionAttributeNames: { '#log': 'log', '#position': 'position' },
        ExpressionAttributeValues: { ':log': assignmentsKey(sharedFilter), ':from': from },
        ConsistentRead: true,
      });
      return new Map(items.map((item) => [String(item['position']), item['member'] as AssignedMember]));
    },
  };
}
