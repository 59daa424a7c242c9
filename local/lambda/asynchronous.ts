import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { asynchronousFailureRecord } from './failure-record.ts';
import type { InvocationOutcome } from './invocation.ts';
import type { LambdaFunction } from './lambda-function.ts';

export interface AsynchronousOptions {
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
  /** Before the first retry, the second and so on; the last one holds for further ones. */
  readonly retryDelaysSeconds: readonly number[];
  /** Takes the record of an event that was given up; absent = it is lost, as in Lambda. */
  readonly onFailure?: (record: string) => void;
}

/** From this many on, whoever waits for room waits: a burst then takes as long as the function takes for it. */
const UNTRIED_EVENTS = 16;

/** Lambda's queue of asynchronous invocations for one function: retries, then the on-failure destination. */
export class AsynchronousInvocations {
  private readonly target: LambdaFunction;
  private readonly options: AsynchronousOptions;
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();
  /** Events that no invocation has taken to its end yet; those that wait for a retry do not count. */
  private untried = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(target: LambdaFunction, options: AsynchronousOptions) {
    this.target = target;
    this.options = options;
  }

  /** Accepts the event (JSON) and returns at once. */
  accept(event: string, requestId: string = randomUUID()): void {
    const run = this.run(event, requestId);
    this.running.add(run);
    void run.finally(() => this.running.delete(run));
  }

  /** Resolves when few enough events wait for their first invocation. */
  async hasRoom(): Promise<void> {
    while (this.untried >= UNTRIED_EVENTS && !this.stopping.signal.aborted) {
      await new Promise<void>((wake) => this.waiting.push(wake));
    }
  }

  /** How many events wait or run. */
  get size(): number {
    return this.running.size;
  }

  stop(): void {
    this.stopping.abort();
    for (const wake of this.waiting.splice(0)) wake();
  }

  private async run(event: string, requestId: string): Promise<void> {
    const acceptedAtMs = Date.now();
    let invokeCount = 0;
    this.untried += 1;
    for (;;) {
      const outcome = await this.target.invoke(event, requestId);
      invokeCount += 1;
      if (invokeCount === 1) this.tried();
      if (outcome.succeeded || this.stopping.signal.aborted) return;
      if (invokeCount > this.options.maximumRetryAttempts) {
        this.giveUp(event, outcome, invokeCount, 'RetriesExhausted');
        return;
      }
      if (!(await this.pause(invokeCount))) return;
      if (Date.now() - acceptedAtMs > this.options.maximumEventAgeSeconds * 1000) {
        this.giveUp(event, outcome, invokeCount, 'EventAgeExceeded');
        return;
      }
    }
  }

  private tried(): void {
    this.untried -= 1;
    if (this.untried < UNTRIED_EVENTS) for (const wake of this.waiting.splice(0)) wake();
  }

  private giveUp(
    event: string,
    outcome: InvocationOutcome,
    invokeCount: number,
    condition: 'RetriesExhausted' | 'EventAgeExceeded',
  ): void {
    const functionArn = this.target.description.arn;
    this.options.onFailure?.(
      asynchronousFailureRecord({ functionArn, event, outcome, invokeCount, condition }),
    );
  }

  /** Whether it was waited to the end. */
  private async pause(invokeCount: number): Promise<boolean> {
    const { retryDelaysSeconds } = this.options;
    const seconds = retryDelaysSeconds[invokeCount - 1] ?? retryDelaysSeconds.at(-1) ?? 0;
    return delay(seconds * 1000, true, { signal: this.stopping.signal }).catch(() => false);
  }
}
