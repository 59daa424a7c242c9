import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { QoS } from '#session/message';
import {
  changeSubscription,
  isSubscribed,
  type Subscription,
  type SubscriptionChange,
} from '#session/subscription';
import { conditional, request, unlessContended, untilUncontended } from '../requests/request.ts';
import { listStored, subscriptionPut } from './stored-subscriptions.ts';
import { type Subscribers, type SubscribersPage, subscribersOf } from './subscribers.ts';
import { fromItem, type StoredSubscription } from './subscription-item.ts';

export type { Subscribers, SubscribersPage } from './subscribers.ts';

export interface AppliedChange {
  readonly outcome: 'changed' | 'unchanged';
  /** As it stands now. */
  readonly subscription: Subscription;
  /** Whether it was subscribed in the same life before. */
  readonly wasSubscribed: boolean;
}

/** Subscriptions: one item for each filter of a client, also for a while after its UNSUBSCRIBE. */
export interface SubscriptionStore {
  /** All of a client, of whatever incarnation, unsubscribed ones too. */
  list(clientId: string, reading?: SubscriptionReading): Promise<Subscription[]>;
  /** Joins one SUBSCRIBE or UNSUBSCRIBE to what is known of the filter. */
  apply(change: SubscriptionChange): Promise<AppliedChange>;
  /** Sets the granted QoS once the broker has told it. */
  setQoS(clientId: string, filter: string, incarnation: string, qos: QoS): Promise<'changed' | 'unchanged'>;
  /** Moves what was subscribed on these connections to the life they turned out to belong to; counts them. */
  rehome(clientId: string, identifiers: ReadonlySet<string>, incarnation: string): Promise<number>;
  /** Removes it unless the filter has got into another incarnation meanwhile. */
  remove(
    subscription: Pick<Subscription, 'clientId' | 'filter' | 'incarnation'>,
  ): Promise<'removed' | 'kept'>;
  /** A page of the clients that subscribe to a filter, `$share` left out. From an index, usually a second late. */
  subscribersOf(filter: string, page?: SubscribersPage): Promise<Subscribers>;
  /** Whether the filter, `$share` left out, is subscribed at all; as late as the index. */
  hasSubscribers(filter: string): Promise<boolean>;
}

export interface SubscriptionReading {
  /** false: usually as they stood a second ago, for half the read units. */
  readonly consistent?: boolean;
}

export interface SubscriptionStoreOptions {
  /** The clock, epoch milliseconds. */
  readonly clock: () => number;
}

/** @example createSubscriptionStore(client, names.subscriptions, { clock: Date.now }) */
export function createSubscriptionStore(
  client: DynamoDBDocumentClient,
  table: string,
  { clock }: SubscriptionStoreOptions,
): SubscriptionStore {
  async function get(clientId: string, filter: string): Promise<StoredSubscription | undefined> {
    const command = new GetCommand({ TableName: table, Key: { clientId, filter }, ConsistentRead: true });
    const { Item } = await request(`read a subscription of ${clientId}`, client.send(command));
    return Item === undefined ? undefined : fromItem(Item);
  }

  async function put(subscription: Subscription, known: StoredSubscription | undefined): Promise<boolean> {
    const command = new PutCommand(subscriptionPut(table, subscription, known, clock()));
    const doing = `write a subscription of ${subscription.clientId}`;
    return (await unlessContended(conditional(doing, client.send(command))))?.met === true;
  }

  return {
    async list(clientId, { consistent = true } = {}) {
      return (await listStored(client, table, clientId, consistent)).map(({ subscription }) => subscription);
    },

    apply(change) {
      return untilUncontended(`subscribe or unsubscribe ${change.clientId}`, async () => {
        const known = await get(change.clientId, change.filter);
        const before = known?.subscription;
        const wasSubscribed = before?.incarnation === change.incarnation && isSubscribed(before);
        const { outcome, subscription } = changeSubscription(before, change);
        if (outcome === 'changed' && !(await put(subscription, known))) return undefined;
        return { outcome, subscription, wasSubscribed };
      });
    },

    async setQoS(clientId, filter, incarnation, qos) {
      const isSameLife = 'incarnation = :incarnation';
      const isNews = '(attribute_not_exists(qos) OR qos <> :qos)';
      const command = new UpdateCommand({
        TableName: table,
        Key: { clientId, filter },
        UpdateExpression: 'SET qos = :qos ADD revision :one',
        ConditionExpression: `${isSameLife} AND ${isNews}`,
        ExpressionAttributeValues: { ':incarnation': incarnation, ':qos': qos, ':one': 1 },
      });
      const update = await conditional(`set the QoS of a subscription of ${clientId}`, client.send(command));
      return update.met ? 'changed' : 'unchanged';
    },

    rehome(clientId, identifiers, incarnation) {
      let moved = 0;
      return untilUncontended(`rehome the subscriptions of ${clientId}`, async () => {
        const stored = await listStored(client, table, clientId);
        const strays = stored.filter(
          ({ subscription }) =>
            subscription.incarnation !== incarnation && identifiers.has(subscription.sessionIdentifier),
        );
        const puts = strays.map((known) => put({ ...known.subscription, incarnation }, known));
        const done = (await Promise.all(puts)).filter((met) => met).length;
        moved += done;
        return done === strays.length ? moved : undefined;
      });
    },

    async remove({ clientId, filter, incarnation }) {
      const command = new DeleteCommand({
        TableName: table,
        Key: { clientId, filter },
        // Met as well when it is gone already.
        ConditionExpression: 'attribute_not_exists(clientId) OR incarnation = :incarnation',
        ExpressionAttributeValues: { ':incarnation': incarnation },
      });
      const removal = await conditional(`remove a subscription of ${clientId}`, client.send(command));
      return removal.met ? 'removed' : 'kept';
    },

    subscribersOf: (filter, page) => subscribersOf(client, table, filter, page),

    async hasSubscribers(filter) {
      return (await subscribersOf(client, table, filter, { limit: 1 })).clientIds.length > 0;
    },
  };
}
