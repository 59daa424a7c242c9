import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { EndReason } from '#session/life';
import type { Session } from '#session/session';
import { fromImage, type StreamImage } from '#store/sessions';
import type { Log } from '#telemetry/telemetry';

/** A life of a client that is over, as a record of the Sessions table's stream tells. */
export interface EndedSession {
  /** As it stood at its end. */
  readonly session: Session;
  readonly reason: EndReason;
  readonly endedAtMs: number;
  /** False for the mere removal of what was announced when it ended. */
  readonly announce: boolean;
}

function imageOf(image: object | undefined): Session | undefined {
  return image === undefined ? undefined : fromImage(image as StreamImage);
}

/** Reads what ended, if anything did: removed by TTL, or ended by the write that the record is of. */
export function endedSessionFrom({ eventName, dynamodb }: DynamoDBRecord): EndedSession | undefined {
  const before = imageOf(dynamodb?.OldImage);
  const after = imageOf(dynamodb?.NewImage);
  if (eventName === 'REMOVE') {
    if (before === undefined) return undefined;
    const endedAtMs = before.endsAtMs ?? Date.now();
    return { session: before, reason: 'expired', endedAtMs, announce: before.status !== 'ended' };
  }
  if (before === undefined || after?.endReason === undefined) return undefined;
  const isExpired = after.endReason === 'expired';
  // An expiry has its own time; every other end is that of the event that caused it.
  const endedAtMs = (isExpired ? before.endsAtMs : undefined) ?? after.endsAtMs ?? after.startedAtMs;
  // A life that ended in place did so with the interval that this write gave it.
  const session = after.incarnation === before.incarnation ? after : before;
  return { session, reason: after.endReason, endedAtMs, announce: true };
}

/** Handles records in order, one after another; from the first that fails on, they come again. */
export async function handleStreamRecords(
  event: DynamoDBStreamEvent,
  context: Context,
  log: Log,
  handle: (record: DynamoDBRecord) => Promise<void>,
): Promise<DynamoDBBatchResponse> {
  const processor = new BatchProcessor(EventType.DynamoDBStreams);
  const handleRecord = async (record: DynamoDBRecord) => {
    try {
      await handle(record);
    } catch (error) {
      log.error(
        'a record of the stream failed and will come again',
        error instanceof Error ? error : new Error(String(error)),
      );
      throw error;
    }
  };
  return processPartialResponse(event, handleRecord, processor, {
    context,
    processInParallel: false,
    throwOnFullBatchFailure: false,
  });
}
