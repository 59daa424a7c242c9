import { Worker } from 'node:worker_threads';
import {
  type FunctionError,
  type Invocation,
  type InvocationOutcome,
  killedError,
  MAXIMUM_ANSWER_BYTES,
  timedOutError,
  tooLargeError,
} from './invocation.ts';

export interface FunctionDescription {
  readonly name: string;
  readonly arn: string;
  /** The bundle's file, such as `…/index.mjs`, and the export of it that is called. */
  readonly file: string;
  readonly exportName: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly logGroupName: string;
}

type Answer =
  | { readonly kind: 'log'; readonly text: string }
  | { readonly kind: 'succeeded'; readonly payload: string }
  | { readonly kind: 'failed'; readonly error: FunctionError };

type Message = { readonly kind: 'ready' } | Answer;

const BOOTSTRAP = new URL('./worker.mjs', import.meta.url);

/** One execution environment: a worker thread that takes one event at a time, until it is killed. */
export class Instance {
  /** Whether it can take another event. */
  alive = true;
  /** Resolves when it can take its first event, or has ended before. */
  readonly ready: Promise<void>;
  private readonly description: FunctionDescription;
  private readonly worker: Worker;
  private readonly onLog: (requestId: string, text: string) => void;
  private current: { readonly take: (answer: Answer) => void; readonly requestId: string } | undefined;

  constructor(description: FunctionDescription, onLog: (requestId: string, text: string) => void) {
    this.description = description;
    this.onLog = onLog;
    this.worker = new Worker(BOOTSTRAP, {
      workerData: { file: description.file, exportName: description.exportName },
      env: { ...description.environment },
      // The flags of this process, such as a loader for TypeScript, are none of the function's business.
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    // Nothing to do but the function's own timers must not keep this process alive.
    this.worker.unref();
    this.ready = new Promise((resolve) => {
      this.worker.on('message', (message: Message) => {
        if (message.kind === 'ready') resolve();
        else if (this.current !== undefined) this.current.take(message);
        // What is written while the bundle is loaded belongs to no request.
        else if (message.kind === 'log') this.onLog('', message.text);
      });
      this.worker.on('exit', () => resolve());
    });
    this.worker.on('error', (error) => this.end({ errorType: error.name, errorMessage: error.message }));
    this.worker.on('exit', () => this.end());
  }

  run({ event, requestId }: Invocation): Promise<InvocationOutcome> {
    const { name, arn, timeoutSeconds, memoryMegabytes, logGroupName } = this.description;
    const startedAtMs = performance.now();
    let log = `START RequestId: ${requestId} Version: $LATEST\n`;
    return new Promise((resolve) => {
      const timeout = setTimeout(
        () => this.end(timedOutError(requestId, timeoutSeconds)),
        timeoutSeconds * 1000,
      );
      const settle = (
        result: { succeeded: true; payload: string } | { succeeded: false; error: FunctionError },
      ) => {
        clearTimeout(timeout);
        this.current = undefined;
        const durationMs = (performance.now() - startedAtMs).toFixed(2);
        log += `END RequestId: ${requestId}\nREPORT RequestId: ${requestId}\tDuration: ${durationMs} ms\tMemory Size: ${memoryMegabytes} MB\n`;
        resolve({ ...result, requestId, log });
      };
      this.current = {
        requestId,
        take: (message) => {
          if (message.kind === 'log') {
            log += message.text;
            this.onLog(requestId, message.text);
          } else if (message.kind === 'failed') settle({ succeeded: false, error: message.error });
          else if (Buffer.byteLength(message.payload) > MAXIMUM_ANSWER_BYTES)
            settle({ succeeded: false, error: tooLargeError() });
          else settle({ succeeded: true, payload: message.payload });
        },
      };
      const context = {
        functionName: name,
        invokedFunctionArn: arn,
        memoryLimitInMB: String(memoryMegabytes),
        awsRequestId: requestId,
        logGroupName,
        logStreamName: 'local',
        deadlineMs: Date.now() + timeoutSeconds * 1000,
      };
      this.worker.postMessage({ event, context });
    });
  }

  get busy(): boolean {
    return this.current !== undefined;
  }

  /** Ends it between two instructions, whatever it does. A running invocation fails. */
  async kill(): Promise<void> {
    this.end();
    await this.worker.terminate();
  }

  private end(error?: FunctionError): void {
    this.alive = false;
    void this.worker.terminate();
    const { current } = this;
    current?.take({ kind: 'failed', error: error ?? killedError(current.requestId) });
  }
}
