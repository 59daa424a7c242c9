import { afterAll, beforeAll } from 'vitest';
import { createMessageLog } from '#store/message-log';
import { createRouteStore } from '#store/routes';
import { createSessionStore } from '#store/sessions';
import { createShareGroupStore } from '#store/share-groups';
import { createSubscriptionStore } from '#store/subscriptions';
import { messageLogContract } from '#test/contract/message-log';
import { routeStoreContract } from '#test/contract/route-store';
import { sessionStoreContract } from '#test/contract/session-store';
import { shareGroupStoreContract } from '#test/contract/share-group-store';
import { subscriptionStoreContract } from '#test/contract/subscription-store';
import { startTables, type TestTables } from './tables.ts';

let tables: TestTables | undefined;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables?.stop());

const started = () => {
  if (tables === undefined) throw new Error('DynamoDB Local has not started');
  return tables;
};

sessionStoreContract(() => createSessionStore(started().newClient(), started().names.sessions));
subscriptionStoreContract(() =>
  createSubscriptionStore(started().newClient(), started().names.subscriptions, { clock: Date.now }),
);
routeStoreContract((clock) => createRouteStore(started().newClient(), started().names.routes, { clock }));
shareGroupStoreContract(() => createShareGroupStore(started().newClient(), started().names.routes));
messageLogContract((options) => createMessageLog(started().newClient(), started().names.messages, options));
