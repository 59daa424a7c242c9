import { type NextRun, nextRun } from '#delivery/next-run';
import type { PumpDependencies } from '#delivery/ports';
import { type PumpPurpose, type PumpResult, pump } from '#delivery/pump';
import { ingest } from '#edge/messages/ingest';
import { choosePolicy } from '#session/configuration/policy';
import type { Message } from '#session/message';
import type { Consumed } from '#store/requests/capacity';
import { createRouter } from '#store/routes/router';
import { Edge } from '#test/edge/world/edge';
import type { TestTables } from '#test/store/dynamodb/tables';
import { Ledger } from './tables.ts';

/** What `functions/deliver.ts` leaves of Lambda's minute. */
const RUN_MS = 45_000;
const DAY_SECONDS = 86_400;

export interface Run {
  readonly result: PumpResult;
  readonly purpose: PumpPurpose;
  readonly requests: readonly Consumed[];
}

/**
 * The service for one client: real stores, edge handlers and pump on DynamoDB Local. The broker acknowledges
 * at once, and time passes only where somebody waits.
 */
export class Service {
  readonly edge: Edge;
  readonly ledger: Ledger;
  readonly #pump: PumpDependencies;
  readonly #ingest: Parameters<typeof ingest>[1];

  constructor(tables: TestTables) {
    const client = tables.newClient();
    this.ledger = new Ledger(client);
    this.edge = new Edge({ ...tables, newClient: () => client }, { sessionExpiryInterval: DAY_SECONDS });
    const { dependencies, messages } = this.edge;
    const { policies, settings } = dependencies.configuration;
    const { clock } = dependencies;
    let runs = 0;
    this.#pump = {
      ...dependencies,
      log: messages,
      policyOf: (clientId) => choosePolicy(policies, clientId),
      settings,
      sleep: (milliseconds) => this.#sleep(milliseconds),
      newHolder: () => {
        runs += 1;
        return `00000000-0000-4000-8000-${String(runs).padStart(12, '0')}`;
      },
    };
    this.#ingest = { router: createRouter(dependencies.routes, { clock }), log: messages };
  }

  get nowMs(): number {
    return this.edge.nowMs;
  }

  wait(milliseconds: number): void {
    this.edge.nowMs += milliseconds;
  }

  async publish(message: Message): Promise<void> {
    const { routes } = await ingest(message, this.#ingest);
    if (routes.length !== 1) throw new Error(`${routes.length} filters matched ${message.topic}`);
  }

  /** A lifecycle event of now, and what handling it used. */
  async handle(event: unknown): Promise<readonly Consumed[]> {
    this.ledger.take();
    await this.edge.handle(event);
    return this.ledger.take();
  }

  /** The delivery runs that were asked for, and those that they ask for, until none is due any more. */
  async deliver(): Promise<Run[]> {
    const runs: Run[] = [];
    const { requests, clientId } = this.edge;
    const asked = requests.of('deliveries').length > 0;
    requests.all.length = 0;
    let next: Pick<NextRun, 'attempt' | 'purpose'> | undefined = asked
      ? { attempt: 0, purpose: 'catchUp' }
      : undefined;
    while (next !== undefined) {
      this.ledger.take();
      const { attempt, purpose }: Pick<NextRun, 'attempt' | 'purpose'> = next;
      const result = await pump(clientId, this.#pump, this.nowMs + RUN_MS, { purpose });
      runs.push({ result, purpose, requests: this.ledger.take() });
      const due: NextRun | undefined = nextRun(result, attempt, this.nowMs, purpose);
      if (due !== undefined) this.wait(due.delaySeconds * 1000);
      next = due;
    }
    return runs;
  }

  async #sleep(milliseconds: number): Promise<void> {
    const untilMs = this.nowMs + milliseconds;
    // Whoever else waits for an earlier time goes first.
    await new Promise(setImmediate);
    this.edge.nowMs = Math.max(this.nowMs, untilMs);
  }
}
