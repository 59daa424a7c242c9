import { randomUUID } from 'node:crypto';
import type { EdgeDependencies } from '#edge/dependencies';
import { handleLifecycleEvent } from '#edge/lifecycle/lifecycle';
import { parseLifecycleEvent } from '#edge/lifecycle/lifecycle-event';
import { FOLLOW_BROKER, type SessionPolicy } from '#session/configuration/policy';
import { DEFAULT_SETTINGS } from '#session/configuration/settings';
import { subscriptionsOfLife } from '#session/delivery/due';
import type { Session } from '#session/session';
import { createMessageLog } from '#store/messages/message-log';
import { createRouteStore } from '#store/routes/routes';
import { createSessionStore } from '#store/sessions/sessions';
import { createShareGroupStore } from '#store/share-groups/share-groups';
import { createSubscriptionStore } from '#store/subscriptions/subscriptions';
import type { TestTables } from '#test/store/dynamodb/tables';
import { FakeBroker } from './fake-broker.ts';
import { RecordedRequests } from './recorded-requests.ts';

export const START_MS = 1_795_000_000_000;
export const SECOND = 1_000;
export const settings = DEFAULT_SETTINGS;

interface EventFields {
  readonly clientId?: string;
  readonly [field: string]: unknown;
}

/** One client at the lifecycle edge: real stores, a broker and queues that a test can look into. */
export class Edge {
  /** Of this edge alone, so that tests share their tables. */
  readonly clientId = `client ${randomUUID()}`;
  readonly prefix = randomUUID();
  readonly broker = new FakeBroker();
  readonly requests = new RecordedRequests();
  readonly messages: ReturnType<typeof createMessageLog>;
  readonly dependencies: EdgeDependencies;
  nowMs = START_MS;

  constructor(tables: Pick<TestTables, 'names' | 'newClient'>, policy: Partial<SessionPolicy> = {}) {
    const { names } = tables;
    const client = tables.newClient();
    const clock = () => this.nowMs;
    this.messages = createMessageLog(client, names.messages, {
      settleSeconds: settings.settleSeconds,
      clock,
    });
    this.dependencies = {
      sessions: createSessionStore(client, names.sessions),
      subscriptions: createSubscriptionStore(client, names.subscriptions, { clock }),
      routes: createRouteStore(client, names.routes, { clock }),
      shareGroups: createShareGroupStore(client, names.routes),
      broker: this.broker,
      requests: this.requests,
      configuration: { policies: [{ ...FOLLOW_BROKER, sessionExpiryInterval: 3600, ...policy }], settings },
      clock,
    };
  }

  /** The filter with this test's own prefix. */
  filter(rest: string): string {
    return `${this.prefix}/${rest}`;
  }

  shared(rest: string): string {
    return `$share/group/${this.filter(rest)}`;
  }

  async handle(event: unknown, dependencies = this.dependencies, attempt = 0): Promise<string> {
    return handleLifecycleEvent(parseLifecycleEvent(event), dependencies, attempt);
  }

  connected(version: number, atMs: number, more: EventFields = {}) {
    return { eventType: 'connected', ...this.#of(version, atMs), versionNumber: version, ...more };
  }

  disconnected(version: number, atMs: number, more: EventFields = {}) {
    const reason = { disconnectReason: 'CONNECTION_LOST', clientInitiatedDisconnect: false };
    return {
      eventType: 'disconnected',
      ...this.#of(version, atMs),
      versionNumber: version,
      ...reason,
      ...more,
    };
  }

  subscribed(version: number, atMs: number, ...topics: string[]) {
    return { eventType: 'subscribed', ...this.#of(version, atMs), topics };
  }

  unsubscribed(version: number, atMs: number, ...topics: string[]) {
    return { eventType: 'unsubscribed', ...this.#of(version, atMs), topics };
  }

  declared(atMs: number, declaration: unknown, more: EventFields = {}) {
    const data = Buffer.from(JSON.stringify(declaration)).toString('base64');
    return { eventType: 'declared', clientId: this.clientId, timestamp: atMs, data, ...more };
  }

  async session(): Promise<Session> {
    const session = await this.dependencies.sessions.get(this.clientId);
    if (session === undefined) throw new Error(`${this.clientId} has no session`);
    return session;
  }

  /** The filters that the session's life holds. */
  async filters(): Promise<string[]> {
    const all = await this.dependencies.subscriptions.list(this.clientId);
    return subscriptionsOfLife(await this.session(), all).map(({ filter }) => filter);
  }

  #of(version: number, atMs: number) {
    return { clientId: this.clientId, timestamp: atMs, sessionIdentifier: `${this.prefix}-${version}` };
  }
}
