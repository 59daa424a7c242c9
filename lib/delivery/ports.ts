import type { Broker } from '#broker/broker';
import type { SessionPolicy } from '#session/configuration/policy';
import type { Settings } from '#session/configuration/settings';
import type { LoggedMessage } from '#session/message';
import type { Position } from '#session/position';
import type { Session } from '#session/session';
import type { Subscription } from '#session/subscription';
import type { Sleep } from './pace.ts';

/** What the pump needs of the stores; the classes in `lib/store` are these. */
export interface PumpStores {
  readonly sessions: {
    get(clientId: string): Promise<Session | undefined>;
    write(
      session: Session,
      expectedRevision: number | undefined,
    ): Promise<{ readonly written: true } | { readonly written: false; readonly current?: Session }>;
  };
  readonly subscriptions: { list(clientId: string): Promise<readonly Subscription[]> };
  readonly routes: {
    find(
      filters: readonly string[],
    ): Promise<readonly { readonly filter: string; readonly shards: number }[]>;
  };
  readonly log: {
    read(range: {
      readonly filter: string;
      readonly shards: number;
      readonly from: Position;
      readonly upTo: Position;
    }): AsyncIterable<LoggedMessage>;
    readStragglers(range: {
      readonly filter: string;
      readonly from: Position;
      readonly upTo: Position;
    }): AsyncIterable<LoggedMessage>;
  };
  readonly shareGroups: {
    takeLease(
      filter: string,
      holder: string,
      nowMs: number,
      untilMs: number,
    ): Promise<{ readonly taken: true; readonly owedFrom?: Position } | { readonly taken: false }>;
    settle(filter: string, holder: string, owedFrom: Position | undefined): Promise<void>;
  };
}

export interface PumpDependencies extends PumpStores {
  readonly broker: Broker;
  readonly policyOf: (clientId: string) => SessionPolicy;
  readonly settings: Settings;
  readonly clock: () => number;
  readonly sleep: Sleep;
  /** Names the holder of a lease, different for every run. */
  readonly newHolder: () => string;
}
