import type { SessionConfiguration } from '#session/configuration/session-configuration';
import type { Session } from '#session/session';
import type { Subscription } from '#session/subscription';
import type { HistoryStore } from '#store/history/history';
import type { RouteList } from '#store/routes/route-list';
import type { Route } from '#store/routes/routes';
import type { ClientPage } from '#store/sessions/client-pages';
import type { SessionStore } from '#store/sessions/sessions';
import type { StatisticsStore } from '#store/statistics/statistics';
import type { SubscriptionStore } from '#store/subscriptions/subscriptions';
import type { WaitingMessage } from './waiting.ts';

/** What the survey reads, and where it keeps what it found. */
export interface SurveyDependencies {
  readonly configuration: SessionConfiguration;
  readonly sessions: Pick<SessionStore, 'getMany'>;
  readonly subscriptions: Pick<SubscriptionStore, 'list' | 'subscribersOf'>;
  readonly history: Pick<HistoryStore, 'list'>;
  readonly statistics: StatisticsStore;
  readonly clientPage: (page: {
    readonly shard: number;
    readonly after?: string;
    readonly limit: number;
  }) => Promise<ClientPage>;
  readonly routes: RouteList;
  /** Messages an hour: now, and from a time on. */
  readonly messageRate: (route: Route) => Promise<number>;
  readonly messageRateFrom: (route: Route, fromMs: number) => Promise<number>;
  /** What would be delivered to the client, in order of position. */
  readonly waiting: (
    session: Session,
    subscriptions: readonly Subscription[],
  ) => AsyncIterable<WaitingMessage>;
  /** What the service has delivered to the client by now, also by the connection that stands. */
  readonly delivered: (session: Session) => Promise<number>;
  /** Read units that were used since the process began. */
  readonly unitsUsed: () => number;
  /** Read units that a run may use. */
  readonly readUnits: number;
  readonly clock: () => number;
  /** A session or filter could not be looked at; the survey goes on without it. */
  readonly onProblem: (what: string, error: unknown) => void;
}
