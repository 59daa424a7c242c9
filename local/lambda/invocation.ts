/** As Lambda answers with it. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export interface Invocation {
  readonly requestId: string;
  /** JSON. */
  readonly event: string;
}

interface Answered {
  readonly requestId: string;
  /** What the function wrote meanwhile, between START and REPORT. */
  readonly log: string;
}

export type InvocationOutcome =
  | (Answered & { readonly succeeded: true /** JSON. */; readonly payload: string })
  | (Answered & { readonly succeeded: false; readonly error: FunctionError });

/** A JSON text of what the function answered with. */
export function payloadOf(outcome: InvocationOutcome): string {
  return outcome.succeeded ? outcome.payload : JSON.stringify(outcome.error);
}

export function killedError(requestId: string): FunctionError {
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: signal: killed`,
  };
}

export function timedOutError(requestId: string, timeoutSeconds: number): FunctionError {
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
  };
}

/** Bytes of what a function may answer with. */
export const MAXIMUM_ANSWER_BYTES = 6_291_556;

export function tooLargeError(): FunctionError {
  return {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${MAXIMUM_ANSWER_BYTES} bytes).`,
  };
}
