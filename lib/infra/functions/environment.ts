import { type LogLevel, METRICS_NAMESPACE, SERVICE_NAME, EnvironmentVariable as Variable } from '../names.ts';
import type { FunctionName } from './function-name.ts';
import type { Resources } from './permissions.ts';

export interface FunctionSettings {
  /** As `serializeSessionConfiguration` writes it. */
  readonly configuration: string;
  readonly logLevel: LogLevel;
}

/** Per function the variables that it reads, and no name of anything that it may not touch. */
export function environmentOf(
  { tables, queues, events }: Resources,
  { configuration, logLevel }: FunctionSettings,
): Readonly<Record<FunctionName, Readonly<Record<string, string>>>> {
  const looking = {
    [Variable.configuration]: configuration,
    [Variable.serviceName]: SERVICE_NAME,
    [Variable.metricsNamespace]: METRICS_NAMESPACE,
    [Variable.logLevel]: logLevel,
  };
  const common = { ...looking, [Variable.deadLettersQueue]: queues.deadLetters.queueUrl };
  const sessions = { [Variable.sessionsTable]: tables.sessions.tableName };
  const subscriptions = { [Variable.subscriptionsTable]: tables.subscriptions.tableName };
  const routes = { [Variable.routesTable]: tables.routes.tableName };
  const messages = { [Variable.messagesTable]: tables.messages.tableName };
  const inflight = { [Variable.inflightTable]: tables.inflight.tableName };
  const history = { [Variable.historyTable]: tables.history.tableName };
  const statistics = { [Variable.statisticsTable]: tables.statistics.tableName };
  const everyTable = {
    ...sessions,
    ...subscriptions,
    ...routes,
    ...messages,
    ...inflight,
    ...history,
    ...statistics,
  };
  const bus = { [Variable.eventBus]: events.eventBusName };
  const deliveries = { [Variable.deliveriesQueue]: queues.deliveries.queueUrl };
  const routeChecks = { [Variable.routeChecksQueue]: queues.routeChecks.queueUrl };
  const packetRequests = { [Variable.packetRequestsQueue]: queues.packetRequests.queueUrl };
  const operations = { [Variable.operationsQueue]: queues.operationParts.queueUrl };
  return {
    Lifecycle: {
      ...common,
      ...sessions,
      ...subscriptions,
      ...routes,
      ...deliveries,
      ...routeChecks,
      ...packetRequests,
      [Variable.lookUpsQueue]: queues.lookUps.queueUrl,
    },
    Ingest: {
      ...common,
      ...sessions,
      ...subscriptions,
      ...routes,
      ...messages,
      ...packetRequests,
      [Variable.unroutedQueue]: queues.unrouted.queueUrl,
    },
    Deliver: {
      ...common,
      ...sessions,
      ...subscriptions,
      ...routes,
      ...messages,
      ...history,
      ...deliveries,
      ...bus,
    },
    Expire: {
      ...common,
      ...sessions,
      ...subscriptions,
      ...routes,
      ...messages,
      ...inflight,
      ...routeChecks,
      ...packetRequests,
      ...history,
      ...bus,
    },
    Packets: {
      ...common,
      ...sessions,
      ...subscriptions,
      ...routes,
      ...messages,
      ...inflight,
      ...routeChecks,
      ...packetRequests,
    },
    Api: {
      ...common,
      ...everyTable,
      ...deliveries,
      ...routeChecks,
      ...packetRequests,
      ...operations,
      [Variable.lookUpsQueue]: queues.lookUps.queueUrl,
      [Variable.unroutedQueue]: queues.unrouted.queueUrl,
    },
    Operate: {
      ...common,
      ...sessions,
      ...subscriptions,
      ...routes,
      ...history,
      ...statistics,
      ...deliveries,
      ...packetRequests,
      ...operations,
    },
    Survey: { ...looking, ...everyTable },
    Widget: { ...looking, ...everyTable },
    Record: { ...common, ...history, ...statistics, ...bus },
  };
}
