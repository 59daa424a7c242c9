import { type Api, createApi } from '#api/app';
import type { ApiDependencies } from '#api/dependencies';
import { FOLLOW_BROKER, type SessionPolicy } from '#session/policy';
import { DEFAULT_SETTINGS, type Settings } from '#session/settings';
import { createFlowStore } from '#store/flows';
import { createHistoryStore } from '#store/history';
import { createLogPages } from '#store/log-pages';
import { createRouteList } from '#store/route-list';
import { createRouter } from '#store/router';
import { createRouteStore } from '#store/routes';
import { createSessionIndex } from '#store/session-index';
import { createSessionStore } from '#store/sessions';
import { createStatisticsStore } from '#store/statistics';
import { createSubscriberPages } from '#store/subscriber-pages';
import { createSubscriptionStore } from '#store/subscriptions';
import { createWillMessages } from '#store/will-messages';
import type { Log } from '#telemetry/telemetry';
import type { TestTables } from '#test/store/tables';

export interface ApiOptions {
  readonly policies?: readonly Partial<SessionPolicy>[];
  readonly settings?: Partial<Settings>;
  readonly clock?: () => number;
  readonly onError?: (error: unknown) => void;
}

export const ACTOR = 'arn:aws:iam::123456789012:user/ana';

/** What the API works with, on these tables. */
export function apiDependencies(
  { names, newClient }: Pick<TestTables, 'names' | 'newClient'>,
  { policies = [{}], settings, clock = Date.now, onError = () => {} }: ApiOptions = {},
): ApiDependencies {
  const client = newClient();
  const routes = createRouteStore(client, names.routes, { clock });
  const logger: Log = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (_, details) => onError(details),
    forClient: () => logger,
  };
  return {
    sessions: createSessionStore(client, names.sessions),
    index: createSessionIndex(client, names.sessions),
    subscriptions: createSubscriptionStore(client, names.subscriptions, { clock }),
    subscriberPages: createSubscriberPages(client, names.subscriptions),
    routes,
    routeList: createRouteList(client, names.routes, { clock }),
    router: createRouter(routes, { clock, cacheMs: 0 }),
    logPages: createLogPages(client, names.messages),
    wills: createWillMessages(client, names.messages),
    flows: createFlowStore(client, names.inflight),
    history: createHistoryStore(client, names.history, { retentionSeconds: 86_400 }),
    statistics: createStatisticsStore(client, names.statistics, { clock }),
    advicePrefixes: (clientId) => [`1/${clientId}/`],
    logShards: DEFAULT_SETTINGS.logShards,
    configuration: {
      policies: policies.map((policy) => ({ ...FOLLOW_BROKER, ...policy })),
      settings: { ...DEFAULT_SETTINGS, ...settings },
    },
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
