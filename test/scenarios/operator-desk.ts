import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import { SQSClient } from '@aws-sdk/client-sqs';
import { IotCoreBroker } from '#broker/iot-core';
import { Requests } from '#edge/requests';
import type { OperationDependencies } from '#operator/acts/end-idle';
import type { OperatorDependencies } from '#operator/dependencies';
import { createSignalSender } from '#packet-edge/signals/signal-queue';
import { parseConfiguration } from '#session/configuration/configuration';
import { createHistoryStore } from '#store/history/history';
import { createFlowStore } from '#store/inflight/flows';
import { createLogPages } from '#store/messages/log-pages';
import { createRouteStore } from '#store/routes/routes';
import { createSessionIndex } from '#store/sessions/session-index';
import { createSessionStore } from '#store/sessions/sessions';
import { createShareGroupStore } from '#store/share-groups/share-groups';
import { createOperationStore } from '#store/statistics/operations';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import { createSessionStarts } from '#store/transactions/session-starts';
import { createSessionSubscriptions } from '#store/transactions/session-subscriptions';
import { CONFIGURATION } from './configuration.ts';
import type { Fleet } from './fleet.ts';

/** What an operator's acts work with, on the tables and queues of a cloud that runs `CONFIGURATION`. */
export function operatorDesk({ cloud, database }: Fleet): OperatorDependencies & OperationDependencies {
  const { aws: endpoint, region, tables, queues } = cloud.endpoints;
  const client = { endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const sqs = new SQSClient(client);
  const clock = Date.now;
  const { durableTopics: _, ...configuration } = parseConfiguration(CONFIGURATION);
  const table = (name: string) => tables[name] ?? name;
  const url = (name: string) => queues[name] ?? name;
  return {
    sessions: createSessionStore(database, table('Sessions')),
    index: createSessionIndex(database, table('Sessions')),
    subscriptions: createSubscriptionStore(database, table('Subscriptions'), { clock }),
    routes: createRouteStore(database, table('Routes'), { clock }),
    shareGroups: createShareGroupStore(database, table('Routes')),
    flows: createFlowStore(database, table('Inflight')),
    logPages: createLogPages(database, table('Messages')),
    sessionStarts: createSessionStarts(
      database,
      { sessions: table('Sessions'), subscriptions: table('Subscriptions') },
      { clock },
    ),
    sessionSubscriptions: createSessionSubscriptions(
      database,
      { sessions: table('Sessions'), subscriptions: table('Subscriptions') },
      { clock },
    ),
    history: createHistoryStore(database, table('History'), { retentionSeconds: 3600 }),
    operations: createOperationStore(database, table('Statistics')),
    broker: new IotCoreBroker(new IoTDataPlaneClient(client)),
    requests: new Requests(sqs, {
      deliveries: url('Deliveries'),
      lookUps: url('LookUps'),
      routeChecks: url('RouteChecks'),
      packetRequests: url('PacketRequests'),
      operations: url('OperationParts'),
    }),
    signalSender: createSignalSender(sqs),
    configuration,
    clock,
    sleep: async (milliseconds) => {
      await delay(milliseconds);
    },
    newId: randomUUID,
    logAct: () => {},
  };
}
