import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Session } from '#session/session';
import { changeSubscription, type SubscriptionChange } from '#session/subscription';
import type { TableNames } from '../names.ts';
import { transacted } from '../requests/cancellation.ts';
import { untilUncontended } from '../requests/request.ts';
import { revisionPut } from '../requests/revision-put.ts';
import { toItem } from '../sessions/session-item.ts';
import { listStored, subscriptionPut } from '../subscriptions/stored-subscriptions.ts';

/** What one transaction takes besides the session. */
export const MOST_SUBSCRIPTIONS = 99;

export interface SessionStart {
  /** `overtaken`: another write of the session came first. */
  readonly outcome: 'started' | 'overtaken';
}

/** Lives of clients that begin with subscriptions. */
export interface SessionStarts {
  /**
   * Writes a session if it still is at `expectedRevision`, undefined: if there is none, and its subscriptions with it:
   * all or nothing, so that who subscribes on a connection of the device meanwhile does not lose what it subscribed.
   * At most `MOST_SUBSCRIPTIONS` of them.
   */
  start(
    session: Session,
    expectedRevision: number | undefined,
    subscribed: readonly SubscriptionChange[],
  ): Promise<SessionStart>;
}

/** @example createSessionStarts(client, names, { clock: Date.now }) */
export function createSessionStarts(
  client: DynamoDBDocumentClient,
  tables: Pick<TableNames, 'sessions' | 'subscriptions'>,
  { clock }: { readonly clock: () => number },
): SessionStarts {
  return {
    start(session, expectedRevision, subscribed) {
      const { clientId } = session;
      const doing = `start a session of ${clientId}`;
      return untilUncontended(doing, async () => {
        const stored = await listStored(client, tables.subscriptions, clientId);
        const known = new Map(stored.map((each) => [each.subscription.filter, each]));
        const puts = subscribed.map((change) => {
          const before = known.get(change.filter);
          const { subscription } = changeSubscription(before?.subscription, change);
          return subscriptionPut(tables.subscriptions, subscription, before, clock());
        });
        const command = new TransactWriteCommand({
          TransactItems: [
            { Put: revisionPut(tables.sessions, 'clientId', toItem(session), expectedRevision) },
            ...puts.map((put) => ({ Put: put })),
          ],
        });
        const result = await transacted(doing, client.send(command));
        if (result.outcome === 'done') return { outcome: 'started' };
        // A subscription has changed meanwhile; whether the session has too, the next try tells.
        return result.outcome === 'conditionFailed' ? { outcome: 'overtaken' } : undefined;
      });
    },
  };
}
