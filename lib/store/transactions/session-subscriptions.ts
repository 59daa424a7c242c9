import { type DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Session } from '#session/session';
import { changeSubscription, type Subscription, type SubscriptionChange } from '#session/subscription';
import type { TableNames } from '../names.ts';
import { transacted } from '../requests/cancellation.ts';
import { request, untilUncontended } from '../requests/request.ts';
import { statusShardOf } from '../sessions/session-item.ts';
import { subscriptionPut } from '../subscriptions/stored-subscriptions.ts';
import { fromItem } from '../subscriptions/subscription-item.ts';

export type ChangedForSession =
  | {
      readonly outcome: 'changed' | 'unchanged';
      /** As it stands now; absent: nothing is known of the filter. */
      readonly subscription?: Subscription;
    }
  /** The client has connected or left since, or begun another life: nothing was written. */
  | { readonly outcome: 'overtaken' };

/** Subscriptions that others than the device change. */
export interface SessionSubscriptions {
  /**
   * Joins a change to what is known of a filter, if the client still is in this life, and as connected or away as it was:
   * what it has subscribed in its next one is not written over.
   *
   * @param decide from the filter as it stands, of whatever life; undefined: nothing is to be changed
   */
  apply(
    session: Pick<Session, 'clientId' | 'incarnation' | 'status'>,
    filter: string,
    decide: (known: Subscription | undefined) => SubscriptionChange | undefined,
  ): Promise<ChangedForSession>;
}

/** @example createSessionSubscriptions(client, names, { clock: Date.now }) */
export function createSessionSubscriptions(
  client: DynamoDBDocumentClient,
  tables: Pick<TableNames, 'sessions' | 'subscriptions'>,
  { clock }: { readonly clock: () => number },
): SessionSubscriptions {
  async function stored(clientId: string, filter: string) {
    const command = new GetCommand({
      TableName: tables.subscriptions,
      Key: { clientId, filter },
      ConsistentRead: true,
    });
    const { Item } = await request(`read a subscription of ${clientId}`, client.send(command));
    return Item === undefined ? undefined : fromItem(Item);
  }

  return {
    apply(session, filter, decide) {
      const { clientId, incarnation } = session;
      const doing = `change a subscription of ${clientId}`;
      return untilUncontended<ChangedForSession>(doing, async () => {
        const known = await stored(clientId, filter);
        const before = known?.subscription;
        const change = decide(before);
        const told = before === undefined ? {} : { subscription: before };
        if (change === undefined) return { outcome: 'unchanged', ...told };
        const { outcome, subscription } = changeSubscription(before, change);
        if (outcome === 'unchanged') return { outcome, subscription };
        const isAsItWas = {
          TableName: tables.sessions,
          Key: { clientId },
          ConditionExpression: 'incarnation = :incarnation AND statusShard = :status',
          ExpressionAttributeValues: { ':incarnation': incarnation, ':status': statusShardOf(session) },
        };
        const put = subscriptionPut(tables.subscriptions, subscription, known, clock());
        const command = new TransactWriteCommand({
          TransactItems: [{ ConditionCheck: isAsItWas }, { Put: put }],
        });
        const result = await transacted(doing, client.send(command));
        if (result.outcome === 'done') return { outcome, subscription };
        // The filter has changed meanwhile, or others are at the session: the next try tells.
        return result.outcome === 'conditionFailed' ? { outcome: 'overtaken' } : undefined;
      });
    },
  };
}
