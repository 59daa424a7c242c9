import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { asError } from '#telemetry/as-error';
import type { Log } from '#telemetry/telemetry';

/** An event of an SQS event source, told apart from what IoT rules send. */
export function isQueueEvent(event: unknown): event is SQSEvent {
  if (typeof event !== 'object' || event === null || !('Records' in event)) return false;
  const { Records: records } = event;
  return Array.isArray(records) && records[0]?.eventSource === 'aws:sqs';
}

/**
 * Handles the records of a batch side by side; those that fail are named, so that only they come again.
 *
 * @param handle gets the parsed body; one that is not JSON comes as it is, so that its refusal can keep it
 */
export async function handleQueueRecords(
  event: SQSEvent,
  context: Context,
  log: Log,
  handle: (body: unknown) => Promise<void>,
): Promise<SQSBatchResponse> {
  const processor = new BatchProcessor(EventType.SQS);
  const handleRecord = async (record: SQSRecord) => {
    try {
      await handle(parseBody(record.body));
    } catch (error) {
      log.error('a record of the queue failed and will come again', asError(error));
      throw error;
    }
  };
  return processPartialResponse(event, handleRecord, processor, { context, throwOnFullBatchFailure: false });
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
