import { randomUUID } from 'node:crypto';
import { createApi } from '#api/app';
import type { ApiDependencies } from '#api/dependencies';
import type { Api } from '#api/environment';
import { logActTo } from '#api/log-act';
import { FOLLOW_BROKER, type SessionPolicy } from '#session/configuration/policy';
import { DEFAULT_SETTINGS, type Settings } from '#session/configuration/settings';
import { createHistoryStore } from '#store/history/history';
import { createFlowStore } from '#store/inflight/flows';
import { createLogPages } from '#store/messages/log-pages';
import { createMessageLog, type MessageLog } from '#store/messages/message-log';
import { createWillMessages } from '#store/messages/will-messages';
import { createRouteList } from '#store/routes/route-list';
import { createRouter } from '#store/routes/router';
import { createRouteStore } from '#store/routes/routes';
import { createSessionIndex } from '#store/sessions/session-index';
import { createSessionStore } from '#store/sessions/sessions';
import { createShareGroupStore } from '#store/share-groups/share-groups';
import { createStatisticsStore } from '#store/statistics/statistics';
import { createSubscriberPages } from '#store/subscriptions/subscriber-pages';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import { createSessionStarts } from '#store/transactions/session-starts';
import { createSessionSubscriptions } from '#store/transactions/session-subscriptions';
import type { Log } from '#telemetry/telemetry';
import { FakeBroker } from '#test/edge/world/fake-broker';
import { RecordedRequests } from '#test/edge/world/recorded-requests';
import type { TestTables } from '#test/store/dynamodb/tables';
import { HeldDeadLetters } from './held-dead-letters.ts';

export interface ApiOptions {
  readonly policies?: readonly Partial<SessionPolicy>[];
  readonly settings?: Partial<Settings>;
  readonly clock?: () => number;
  readonly broker?: FakeBroker;
  readonly onError?: (error: unknown) => void;
}

const ACTOR = 'arn:aws:iam::123456789012:user/operator';

/** What the API works with, on these tables. */
export function apiDependencies(
  { names, newClient }: Pick<TestTables, 'names' | 'newClient'>,
  {
    policies = [{}],
    settings,
    clock = Date.now,
    onError = () => {},
    broker = new FakeBroker(),
  }: ApiOptions = {},
): ApiDependencies & { readonly log: MessageLog } {
  const client = newClient();
  const logger: Log = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (_, details) => onError(details),
    forClient: () => logger,
  };
  const sessions = createSessionStore(client, names.sessions);
  const subscriptions = createSubscriptionStore(client, names.subscriptions, { clock });
  const flows = createFlowStore(client, names.inflight);
  const history = createHistoryStore(client, names.history, { retentionSeconds: 86_400 });
  const configuration = {
    policies: policies.map((policy) => ({ ...FOLLOW_BROKER, ...policy })),
    settings: { ...DEFAULT_SETTINGS, ...settings },
  };
  const { settleSeconds, maximumShapes } = configuration.settings;
  const routes = createRouteStore(client, names.routes, { clock, maximumShapes });
  const logPages = createLogPages(client, names.messages);
  return {
    deadLetters: new HeldDeadLetters(),
    acts: {
      sessions,
      subscriptions,
      routes,
      shareGroups: createShareGroupStore(client, names.routes),
      broker,
      requests: new RecordedRequests(),
      flows,
      logPages,
      sessionStarts: createSessionStarts(client, names, { clock }),
      sessionSubscriptions: createSessionSubscriptions(client, names, { clock }),
      signalSender: { send: async () => {}, remove: async () => {} },
      history,
      configuration,
      clock,
      sleep: async () => {},
      newId: randomUUID,
      logAct: logActTo(logger),
    },
    sessions,
    index: createSessionIndex(client, names.sessions),
    subscriptions,
    subscriberPages: createSubscriberPages(client, names.subscriptions),
    routes,
    routeList: createRouteList(client, names.routes, { clock }),
    router: createRouter(routes, { clock, cacheMs: 0 }),
    logPages,
    log: createMessageLog(client, names.messages, { settleSeconds, clock }),
    wills: createWillMessages(client, names.messages),
    flows,
    history,
    statistics: createStatisticsStore(client, names.statistics, { clock }),
    advicePrefixes: (clientId) => [`1/${clientId}/`],
    logShards: DEFAULT_SETTINGS.logShards,
    configuration,
    logger,
    clock,
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;

  readonly body: unknown;
}

/** Asks an API as an operator whom an HTTP API has let in. */
export function asker(dependencies: ApiDependencies) {
  const api: Api = createApi(dependencies);
  return async (path: string, init: RequestInit = {}, actor: string | undefined = ACTOR): Promise<Answer> => {
    const response = await api.request(path, init, actor === undefined ? {} : { actor });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
}
