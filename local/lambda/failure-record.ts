import { type InvocationOutcome, payloadOf } from './invocation.ts';

/** What Lambda sends to an on-failure destination after an asynchronous invocation. */
export function asynchronousFailureRecord(failure: {
  readonly functionArn: string;
  readonly event: string;
  readonly outcome: InvocationOutcome;
  readonly invokeCount: number;
  readonly condition: 'RetriesExhausted' | 'EventAgeExceeded';
}): string {
  const { functionArn, event, outcome, invokeCount, condition } = failure;
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: outcome.requestId,
      functionArn: `${functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: invokeCount,
    },
    requestPayload: JSON.parse(event),
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: JSON.parse(payloadOf(outcome)),
  });
}

/** What Lambda sends to the on-failure destination of a stream; it names the records and does not hold them. */
export function streamFailureRecord(failure: {
  readonly functionArn: string;
  readonly requestId: string;
  readonly condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  readonly invokeCount: number;
  readonly batch: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly approximateArrivalOfFirstRecord: string;
    readonly approximateArrivalOfLastRecord: string;
    readonly batchSize: number;
    readonly streamArn: string;
  };
}): string {
  const { functionArn, requestId, condition, invokeCount, batch } = failure;
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: { requestId, functionArn, condition, approximateInvokeCount: invokeCount },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    DDBStreamBatchInfo: batch,
  });
}
