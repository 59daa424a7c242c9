import { createFlowStore } from '#store/inflight/flows';
import { createMessageLog } from '#store/messages/message-log';
import { createRetainedMessages } from '#store/retained/retained-messages';
import { createRouteStore } from '#store/routes/routes';
import { createSessionStore } from '#store/sessions/sessions';
import { createShareAssignments } from '#store/share-groups/share-assignments';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import { createAcceptance } from '#store/transactions/acceptance';
import { acceptanceContract } from '#test/contract/acceptance';
import { flowStoreContract } from '#test/contract/flow-store';
import { messageLogContract } from '#test/contract/message-log';
import { retainedMessagesContract } from '#test/contract/retained-messages';
import { routeStoreContract } from '#test/contract/route-store';
import { sessionStoreContract } from '#test/contract/session-store';
import { shareAssignmentsContract } from '#test/contract/share-assignments';
import { subscriptionStoreContract } from '#test/contract/subscription-store';
import { memoryTables } from './memory-dynamodb.ts';

// What the stores do on it is what they do on DynamoDB Local, so that runs on either show the same.
const { names, newClient } = memoryTables();

sessionStoreContract(() => createSessionStore(newClient(), names.sessions));
subscriptionStoreContract(() =>
  createSubscriptionStore(newClient(), names.subscriptions, { clock: Date.now }),
);
routeStoreContract((clock) => createRouteStore(newClient(), names.routes, { clock }));
messageLogContract((options) => createMessageLog(newClient(), names.messages, options));
flowStoreContract(() => createFlowStore(newClient(), names.inflight));
acceptanceContract({
  acceptanceWith: (options) => createAcceptance(newClient(), names, options),
  logWith: (options) => createMessageLog(newClient(), names.messages, options),
  flows: () => createFlowStore(newClient(), names.inflight),
  retained: (clock) => createRetainedMessages(newClient(), names.messages, { clock }),
});
retainedMessagesContract((clock) => createRetainedMessages(newClient(), names.messages, { clock }));
shareAssignmentsContract(() => createShareAssignments(newClient(), names.messages, { clock: Date.now }));
