import { afterAll, beforeAll } from 'vitest';
import { createCarriageStore } from '#store/inflight/carriages';
import { createFlowStore } from '#store/inflight/flows';
import { createMessageLog } from '#store/messages/message-log';
import { createRetainedMessages } from '#store/retained/retained-messages';
import { createRouteStore } from '#store/routes/routes';
import { createSessionStore } from '#store/sessions/sessions';
import { createShareAssignments } from '#store/share-groups/share-assignments';
import { createShareGroupStore } from '#store/share-groups/share-groups';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import { createAcceptance } from '#store/transactions/acceptance';
import { acceptanceContract } from '#test/contract/acceptance';
import { carriageStoreContract } from '#test/contract/carriage-store';
import { flowStoreContract } from '#test/contract/flow-store';
import { messageLogContract } from '#test/contract/message-log';
import { retainedMessagesContract } from '#test/contract/retained-messages';
import { routeStoreContract } from '#test/contract/route-store';
import { sessionStoreContract } from '#test/contract/session-store';
import { shareAssignmentsContract } from '#test/contract/share-assignments';
import { shareGroupStoreContract } from '#test/contract/share-group-store';
import { subscriptionStoreContract } from '#test/contract/subscription-store';
import { startTables, type TestTables } from './dynamodb/tables.ts';

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
flowStoreContract(() => createFlowStore(started().newClient(), started().names.inflight));
acceptanceContract({
  acceptanceWith: (options) => createAcceptance(started().newClient(), started().names, options),
  logWith: (options) => createMessageLog(started().newClient(), started().names.messages, options),
  flows: () => createFlowStore(started().newClient(), started().names.inflight),
  retained: (clock) => createRetainedMessages(started().newClient(), started().names.messages, { clock }),
});
retainedMessagesContract((clock) =>
  createRetainedMessages(started().newClient(), started().names.messages, { clock }),
);
carriageStoreContract(() => createCarriageStore(started().newClient(), started().names.inflight));
shareAssignmentsContract(() =>
  createShareAssignments(started().newClient(), started().names.messages, { clock: Date.now }),
);
