import type { PutCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Session } from '#session/session';
import { toItem } from './session-item.ts';

/** The Put of a session that still is at `expectedRevision`, undefined: if there is none. */
export function sessionPut(table: string, session: Session, expectedRevision: number | undefined) {
  const isUnchanged = 'revision = :expected';
  const isNew = 'attribute_not_exists(clientId)';
  return {
    TableName: table,
    Item: { ...toItem(session) },
    ...(expectedRevision === undefined
      ? { ConditionExpression: isNew }
      : {
          ConditionExpression: isUnchanged,
          ExpressionAttributeValues: { ':expected': expectedRevision },
        }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } satisfies PutCommandInput;
}
