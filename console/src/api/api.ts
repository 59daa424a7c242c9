import type {
  Disconnection,
  DroppedMessages,
  ExpiryPreview,
  Operation,
  Provision,
  Resumption,
  SubscriptionChange,
  SubscriptionRequest,
  Unsubscription,
} from '#api/schemas/act';
import type { AdviceList } from '#api/schemas/advice';
import type { DeadLetter } from '#api/schemas/dead-letter';
import type { History } from '#api/schemas/history';
import type { MessageList } from '#api/schemas/message';
import type { Session, SessionList } from '#api/schemas/session';
import type { Stats, StatsPoints } from '#api/schemas/stats';
import type { FilterList, SubscriberList } from '#api/schemas/topic';
import type { Trace } from '#api/schemas/trace';
import { pathText } from './path-text.ts';
import type { Transport } from './transport.ts';

/** Enough for the last days of most clients. */
const HISTORY_PAGE = 15;

type Signal = AbortSignal | undefined;

export interface SessionSearch {
  readonly status?: string | undefined;
  readonly prefix?: string | undefined;
  readonly expiresBefore?: string | undefined;
  readonly disconnectedBefore?: string | undefined;
}

export type Api = ReturnType<typeof createApi>;

/** What the console asks of the session API and does through it. */
export function createApi(send: Transport) {
  const get = async <Answer>(path: string, query: QueryOf = {}, signal?: Signal) =>
    (await send({ path, query, signal })) as Answer;
  const act = async <Answer>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown) =>
    (await send({ method, path, ...(body !== undefined && { body }) })) as Answer;

  return {
    stats: (signal?: Signal) => get<Stats>('/stats', {}, signal),
    points: (hours: number, signal?: Signal) => get<StatsPoints>('/stats/points', { hours }, signal),
    sessions: (search: SessionSearch, cursor?: string, signal?: Signal) =>
      get<SessionList>('/sessions', { ...search, cursor }, signal),
    session: (clientId: string, signal?: Signal) => get<Session>(session(clientId), {}, signal),
    messages: (
      clientId: string,
      options: { payload: boolean; limit: number },
      cursor?: string,
      signal?: Signal,
    ) =>
      get<MessageList>(
        `${session(clientId)}/messages`,
        { limit: options.limit, cursor, payload: options.payload ? true : undefined },
        signal,
      ),
    history: (clientId: string, cursor?: string, signal?: Signal) =>
      get<History>(`${session(clientId)}/history`, { limit: HISTORY_PAGE, cursor }, signal),
    trace: (clientId: string, of: { topic?: string; messageId?: string }, signal?: Signal) =>
      get<Trace>(`${session(clientId)}/trace`, of, signal),
    subscribers: (topic: string, cursor?: string, signal?: Signal) =>
      get<SubscriberList>(`/topics/${pathText(topic)}/subscribers`, { cursor }, signal),
    filters: (prefix: string | undefined, cursor?: string, signal?: Signal) =>
      get<FilterList>('/filters', { prefix, cursor }, signal),
    advice: (signal?: Signal) => get<AdviceList>('/advice', {}, signal),
    deadLetters: (signal?: Signal) => get<{ deadLetters: DeadLetter[] }>('/dead-letters', {}, signal),
    operation: (operationId: string, signal?: Signal) =>
      get<Operation>(`/operations/${pathText(operationId)}`, {}, signal),

    /** Refused with `session.exists` where the client has one. */
    makeSession: async (clientId: string, wanted: Provision) =>
      (await send({
        method: 'PUT',
        path: session(clientId),
        body: wanted,
        onlyIfNone: true,
      })) as Session,
    changeInterval: (clientId: string, sessionExpiryInterval: number) =>
      act<Session | undefined>('PATCH', session(clientId), { sessionExpiryInterval }),
    disconnect: (clientId: string) => act<Disconnection>('POST', `${session(clientId)}/disconnect`),
    endSession: (clientId: string) => act<undefined>('DELETE', session(clientId)),
    dropWaiting: (clientId: string) => act<DroppedMessages>('DELETE', `${session(clientId)}/messages`),
    subscribe: (clientId: string, filter: string, wanted: SubscriptionRequest) =>
      act<SubscriptionChange>('PUT', subscription(clientId, filter), wanted),
    unsubscribe: (clientId: string, filter: string) =>
      act<Unsubscription>('DELETE', subscription(clientId, filter)),
    resume: (clientId: string) => act<Resumption>('POST', `${session(clientId)}/resume`),
    redrive: (id: string) => act<DeadLetter>('POST', `/dead-letters/${pathText(id)}/redrive`),
    previewExpiry: async (
      request: { clients: string; sessionExpiryInterval: number },
      cursor?: string,
      signal?: Signal,
    ) =>
      (await send({
        method: 'POST',
        path: '/sessions:previewExpiry',
        body: { ...request, cursor },
        signal,
      })) as ExpiryPreview,
    endIdle: (request: { clients: string; idleSeconds: number }) =>
      act<Operation>('POST', '/sessions:endIdle', request),
  };
}

type QueryOf = Readonly<Record<string, string | number | boolean | undefined>>;

const session = (clientId: string) => `/sessions/${pathText(clientId)}`;
const subscription = (clientId: string, filter: string) =>
  `${session(clientId)}/subscriptions/${pathText(filter)}`;
