import { randomUUID } from 'node:crypto';
import type { HistoryEntry } from '#history/entry';
import type { LoggedAct, OperatorDependencies } from '#operator/dependencies';
import type { Signal } from '#packets/carrying/exchange';
import type { SessionPolicy } from '#session/configuration/policy';
import { createFlowStore } from '#store/inflight/flows';
import { createLogPages } from '#store/messages/log-pages';
import { createSessionStarts } from '#store/transactions/session-starts';
import { createSessionSubscriptions } from '#store/transactions/session-subscriptions';
import { Edge } from '#test/edge/world/edge';
import type { TestTables } from '#test/store/dynamodb/tables';

/** One client of the lifecycle edge and the operator who looks after it. */
export class Desk extends Edge {
  readonly operator = { actor: 'arn:aws:iam::123456789012:user/operator' };
  readonly history: HistoryEntry[] = [];
  readonly logged: LoggedAct[] = [];
  readonly signals: { readonly address: string; readonly signals: readonly Signal[] }[] = [];
  readonly acts: OperatorDependencies;

  constructor(tables: Pick<TestTables, 'names' | 'newClient'>, policy: Partial<SessionPolicy> = {}) {
    super(tables, policy);
    this.acts = {
      ...this.dependencies,
      broker: this.broker,
      flows: createFlowStore(tables.newClient(), tables.names.inflight),
      logPages: createLogPages(tables.newClient(), tables.names.messages),
      sessionStarts: createSessionStarts(tables.newClient(), tables.names, { clock: () => this.nowMs }),
      sessionSubscriptions: createSessionSubscriptions(tables.newClient(), tables.names, {
        clock: () => this.nowMs,
      }),
      signalSender: {
        send: async (address, signals) => {
          this.signals.push({ address, signals });
        },
        remove: async () => {},
      },
      history: {
        append: async (entries) => {
          this.history.push(...entries);
        },
      },
      sleep: async (milliseconds) => {
        this.nowMs += milliseconds;
      },
      newId: randomUUID,
      logAct: (act) => {
        this.logged.push(act);
      },
    };
  }

  /** The outcomes of an act in the history. */
  outcomesOf(act: string): unknown[] {
    const acts = this.history.flatMap((entry) => (entry.type === 'operator' ? [entry] : []));
    return acts.filter((entry) => entry.act === act).map(({ detail }) => detail?.['outcome']);
  }
}
