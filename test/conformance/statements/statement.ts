/** Whom a statement binds. What a client must not do, a server refuses: such a statement may have tests all the same. */
export type Party = 'server' | 'client' | 'both';

/** What the lifecycle edge, where AWS IoT Core is the server, makes of a statement. */
export type LifecycleEdge =
  /** AWS IoT Core sees to it, as its documentation says or leaves no doubt. */
  | { readonly by: 'broker' }
  /** The service does, with the test that shows it. */
  | { readonly by: 'service'; readonly test: string }
  | { readonly by: 'nobody'; readonly reason: string }
  /** Not as the statement has it, but near. */
  | { readonly by: 'both'; readonly how: string; readonly test?: string };

export type Shown =
  /** Nothing can be tested at the packet edge, because… */
  | { readonly untested: string }
  /** A test that shows it among other things. */
  | { readonly elsewhere: string };

export interface Statement {
  /** Without brackets: MQTT-3.1.2-4. */
  readonly id: string;
  readonly version: '5' | '3.1.1';
  readonly binds: Party;
  /** What it says, in our words. */
  readonly words: string;
  /** Where no test carries its id. */
  readonly shown?: Shown;
  readonly lifecycle: LifecycleEdge;
}

export const BROKER: LifecycleEdge = { by: 'broker' };
export const untested = (because: string): Shown => ({ untested: because });
export const elsewhere = (test: string): Shown => ({ elsewhere: test });
export const keptBy = (test: string): LifecycleEdge => ({ by: 'service', test });
export const notKept = (reason: string): LifecycleEdge => ({ by: 'nobody', reason });
export const partly = (how: string, test?: string): LifecycleEdge => ({
  by: 'both',
  how,
  ...(test !== undefined && { test }),
});

export const NO_QOS_2 = notKept('AWS IoT Core has no QoS 2');
export const NO_DUP = notKept('AWS IoT Core sets no DUP, and may send again with another packet identifier');
export const NO_IDENTIFIERS = notKept('AWS IoT Core has no Subscription Identifiers');
export const NO_WILL_DELAY = notKept('AWS IoT Core publishes wills at once');
export const ORDER = partly(
  'AWS IoT Core promises no order; what the service delivers is in order within a topic',
  'test/scenarios/thousand-messages.test.ts',
);
export const NOTICE = partly(
  'CONNACK tells of the session in AWS IoT Core; the service tells of its own in a notice',
  'test/scenarios/away-and-back.test.ts',
);

type Row = readonly [number: string, binds: Party, words: string, lifecycle?: LifecycleEdge, shown?: Shown];

/** One row a statement; who says nothing of the lifecycle edge leaves it to AWS IoT Core. */
export function statementsOf(version: Statement['version'], rows: readonly Row[]): readonly Statement[] {
  return rows.map(([number, binds, words, lifecycle = BROKER, shown]) => ({
    id: `MQTT-${number}`,
    version,
    binds,
    words,
    lifecycle,
    ...(shown !== undefined && { shown }),
  }));
}
