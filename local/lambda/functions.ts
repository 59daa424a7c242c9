import { AsynchronousInvocations, type AsynchronousOptions } from './asynchronous.ts';
import type { LambdaFunction } from './lambda-function.ts';

const DEFAULT_ASYNCHRONOUS = { maximumRetryAttempts: 2, maximumEventAgeSeconds: 6 * 3600 } as const;

/** Seconds before the first and the second retry; Lambda waits one and two minutes. */
const RETRY_DELAYS_SECONDS: readonly number[] = [1, 2];

/** All functions of the stack, found by name or ARN. */
export class Functions {
  private readonly all = new Map<string, LambdaFunction>();
  private readonly asynchronous = new Map<string, AsynchronousInvocations>();
  private readonly retryDelaysSeconds: readonly number[];

  constructor(retryDelaysSeconds: readonly number[] = RETRY_DELAYS_SECONDS) {
    this.retryDelaysSeconds = retryDelaysSeconds;
  }

  add(added: LambdaFunction): void {
    this.all.set(added.description.name, added);
    this.configureAsynchronous(added.description.name, {});
  }

  configureAsynchronous(nameOrArn: string, options: Partial<AsynchronousOptions>): void {
    const target = this.get(nameOrArn);
    this.asynchronous.set(
      target.description.name,
      new AsynchronousInvocations(target, {
        ...DEFAULT_ASYNCHRONOUS,
        retryDelaysSeconds: this.retryDelaysSeconds,
        ...options,
      }),
    );
  }

  names(): readonly string[] {
    return [...this.all.keys()];
  }

  find(nameOrArn: string): LambdaFunction | undefined {
    return this.all.get(nameIn(nameOrArn));
  }

  /** @throws Error for a name that no function has */
  get(nameOrArn: string): LambdaFunction {
    const found = this.find(nameOrArn);
    if (found !== undefined) return found;
    throw new Error(`No function ${nameOrArn}; there are ${this.names().join(', ')}`);
  }

  /** Lambda's asynchronous invocation: accepted now, run and retried later. */
  invokeLater(nameOrArn: string, event: string, requestId?: string): void {
    const { name } = this.get(nameOrArn).description;
    this.asynchronous.get(name)?.accept(event, requestId);
  }

  /** Resolves when a function's queue of asynchronous invocations has room. */
  async hasRoom(nameOrArn: string): Promise<void> {
    await this.asynchronous.get(this.get(nameOrArn).description.name)?.hasRoom();
  }

  /** How many asynchronous invocations wait or run. */
  pending(): number {
    return [...this.asynchronous.values()].reduce((sum, { size }) => sum + size, 0);
  }

  async stop(): Promise<void> {
    for (const invocations of this.asynchronous.values()) invocations.stop();
    await Promise.all([...this.all.values()].map((each) => each.stop()));
  }
}

/** `name`, `name:$LATEST`, `arn:aws:lambda:…:function:name` and `…:name:$LATEST` all name one function. */
function nameIn(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:[^:]*:lambda:[^:]*:[^:]*:function:/, '').replace(/:[^:]*$/, '');
}
