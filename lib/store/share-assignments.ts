import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Position } from '#session/position';
import { queryAll } from './query.ts';
import { conditional } from './request.ts';

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
  return {
    async assign(sharedFilter, position, member, retainSeconds) {
      const expiresAt = Math.ceil(clock() / 1000) + retainSeconds;
      const command = new PutCommand({
        TableName: table,
        Item: { log: assignmentsKey(sharedFilter), position, member, expiresAt },
        ConditionExpression: 'attribute_not_exists(#log)',
        ExpressionAttributeNames: { '#log': 'log' },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      const put = await conditional(`assign a message of ${sharedFilter}`, client.send(command));
      if (put.met) return member;
      // Removed by TTL this very moment if it is absent: then nobody has it.
      return (put.item?.['member'] as AssignedMember | undefined) ?? member;
    },

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
