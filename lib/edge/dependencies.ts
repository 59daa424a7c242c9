import type { Broker } from '#broker/broker';
import type { SessionConfiguration } from '#session/configuration/session-configuration';
import type { RouteStore } from '#store/routes/routes';
import type { SessionStore } from '#store/sessions/sessions';
import type { ShareGroupStore } from '#store/share-groups/share-groups';
import type { SubscriptionStore } from '#store/subscriptions/subscriptions';
import type { Requests } from './requests.ts';

/** What the lifecycle edge works with. */
export interface EdgeDependencies {
  readonly sessions: SessionStore;
  readonly subscriptions: SubscriptionStore;
  readonly routes: RouteStore;
  readonly shareGroups: ShareGroupStore;
  readonly broker: Broker;
  readonly requests: Requests;
  readonly configuration: SessionConfiguration;
  readonly clock: () => number;
}
