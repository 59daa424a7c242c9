/** What the functions read from their environment; the stack writes it. */
export const EnvironmentVariable = {
  sessionsTable: 'SESSIONS_TABLE',
  subscriptionsTable: 'SUBSCRIPTIONS_TABLE',
  routesTable: 'ROUTES_TABLE',
  messagesTable: 'MESSAGES_TABLE',
  inflightTable: 'INFLIGHT_TABLE',
  historyTable: 'HISTORY_TABLE',
  statisticsTable: 'STATISTICS_TABLE',
  deliveriesQueue: 'DELIVERIES_QUEUE_URL',
  unroutedQueue: 'UNROUTED_QUEUE_URL',
  lookUpsQueue: 'LOOK_UPS_QUEUE_URL',
  routeChecksQueue: 'ROUTE_CHECKS_QUEUE_URL',
  packetRequestsQueue: 'PACKET_REQUESTS_QUEUE_URL',
  operationsQueue: 'OPERATIONS_QUEUE_URL',
  deadLettersQueue: 'DEAD_LETTERS_QUEUE_URL',
  eventBus: 'EVENT_BUS_NAME',
  configuration: 'SESSION_CONFIGURATION',
  serviceName: 'POWERTOOLS_SERVICE_NAME',
  metricsNamespace: 'POWERTOOLS_METRICS_NAMESPACE',
  logLevel: 'POWERTOOLS_LOG_LEVEL',
} as const;

export const SERVICE_NAME = 'mqtt-sessions';
export const METRICS_NAMESPACE = 'MqttSessions';

/** Every listener process takes signals on a queue of its own; this is what their names begin with. */
export const LISTENER_QUEUE_PREFIX = 'mqtt-sessions-listener-';

/** What a listener process does with its queue. */
export const LISTENER_QUEUE_ACTIONS = [
  'sqs:CreateQueue',
  'sqs:DeleteMessage',
  'sqs:DeleteQueue',
  'sqs:ReceiveMessage',
] as const;

/** Basic Ingest names the rule in the topic, so devices depend on this: `$aws/rules/<prefix>_session/…`. */
export const DEFAULT_RULE_NAME_PREFIX = 'mqtt_sessions';

export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
