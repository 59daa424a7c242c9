import { randomUUID } from 'node:crypto';
import { type FunctionDescription, Instance } from './instance.ts';
import { type InvocationOutcome, killedError } from './invocation.ts';

export interface LogLine {
  readonly functionName: string;
  readonly requestId: string;
  readonly text: string;
}

export interface LambdaFunctionOptions {
  /** Execution environments at once; further events wait. */
  readonly concurrency: number;
  readonly observeLog?: (line: LogLine) => void;
  /** After how many milliseconds this invocation is killed; undefined = not at all. */
  readonly crashAfterMs?: () => number | undefined;
}

/** Lines kept to be shown; older ones go. */
const KEPT_LOG_LINES = 10_000;

/**
 * A function with its execution environments, which are kept and used again as Lambda does. An event goes to
 * the environment that is ready first: it does not wait for a cold start while another environment becomes free.
 */
export class LambdaFunction {
  readonly description: FunctionDescription;
  private readonly options: LambdaFunctionOptions;
  private readonly instances = new Set<Instance>();
  private readonly idle: Instance[] = [];
  private readonly waiting: ((instance: Instance | undefined) => void)[] = [];
  private readonly lines: LogLine[] = [];
  private starting = 0;
  private stopped = false;

  constructor(description: FunctionDescription, options: LambdaFunctionOptions) {
    this.description = description;
    this.options = options;
  }

  /** Starts one execution environment ahead of its first event, so that a cold start is not a user's first sight. */
  warm(): void {
    if (this.instances.size === 0) this.start();
  }

  /** Calls the function with an event (JSON) and waits for its answer; it never throws. */
  async invoke(event: string, requestId: string = randomUUID()): Promise<InvocationOutcome> {
    const instance = await this.acquire();
    if (instance === undefined)
      return { succeeded: false, requestId, log: '', error: killedError(requestId) };
    const crashAfterMs = this.options.crashAfterMs?.();
    const crash =
      crashAfterMs === undefined ? undefined : setTimeout(() => void instance.kill(), crashAfterMs);
    const outcome = await instance.run({ event, requestId });
    clearTimeout(crash);
    this.release(instance);
    return outcome;
  }

  /** Kills every running invocation at once, and says how many there were. */
  async kill(): Promise<number> {
    const busy = [...this.instances].filter((instance) => instance.busy);
    await Promise.all(busy.map((instance) => instance.kill()));
    return busy.length;
  }

  /** Adds a line of the local cloud's own to what the function has written. */
  note(text: string): void {
    this.keep('', text);
  }

  /** What the function has written, a line each; the oldest lines go when there are many. */
  logs(): readonly LogLine[] {
    return this.lines;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const take of this.waiting.splice(0)) take(undefined);
    await Promise.all([...this.instances].map((instance) => instance.kill()));
  }

  /** An execution environment that is ready; undefined when the function is stopped, or one could not start. */
  private async acquire(): Promise<Instance | undefined> {
    if (this.stopped) return undefined;
    for (let idle = this.idle.pop(); idle !== undefined; idle = this.idle.pop()) {
      if (idle.alive) return idle;
      this.instances.delete(idle);
    }
    const taken = new Promise<Instance | undefined>((take) => this.waiting.push(take));
    this.startForWaiting();
    return taken;
  }

  /** One after the other: each start slows down those that work, and may turn out not to be needed. */
  private startForWaiting(): void {
    const isNeeded = this.waiting.length > 0 && this.starting === 0 && !this.stopped;
    if (isNeeded && this.instances.size < this.options.concurrency) this.start();
  }

  private start(): void {
    const instance = new Instance(this.description, (requestId, text) => this.keep(requestId, text));
    this.instances.add(instance);
    this.starting += 1;
    void instance.ready.then(() => {
      this.starting -= 1;
      // Lambda fails the event that an environment was started for, when that ends before it is ready.
      if (!instance.alive) this.waiting.shift()?.(undefined);
      this.release(instance);
    });
  }

  private release(instance: Instance): void {
    if (!instance.alive) this.instances.delete(instance);
    else {
      const take = this.waiting.shift();
      if (take === undefined) this.idle.push(instance);
      else take(instance);
    }
    this.startForWaiting();
  }

  private keep(requestId: string, written: string): void {
    for (const text of written.split('\n')) {
      if (text === '') continue;
      const line = { functionName: this.description.name, requestId, text };
      this.lines.push(line);
      this.options.observeLog?.(line);
    }
    if (this.lines.length > KEPT_LOG_LINES) this.lines.splice(0, this.lines.length - KEPT_LOG_LINES);
  }
}
