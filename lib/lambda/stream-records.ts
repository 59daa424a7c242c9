import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { EndedSession } from '#edge/session-end/ended-session';
import type { SessionWrite } from '#history/derive';
import type { Session } from '#session/session';
import { fromImage, type StreamImage } from '#store/sessions/sessions';
import { asError } from '#telemetry/as-error';
import type { Log } from '#telemetry/telemetry';

function imageOf(image: object | undefined): Session | undefined {
  return image === undefined ? undefined : fromImage(image as StreamImage);
}

/** As DynamoDB marks what its TTL has removed. */
const TIME_TO_LIVE = 'dynamodb.amazonaws.com';

/** Reads the write of a session that a record is of. */
export function sessionWriteFrom({ dynamodb, userIdentity }: DynamoDBRecord): SessionWrite {
  return {
    before: imageOf(dynamodb?.OldImage),
    after: imageOf(dynamodb?.NewImage),
    removedByTimeToLive: userIdentity?.principalId === TIME_TO_LIVE,
    recordedAtMs: (dynamodb?.ApproximateCreationDateTime ?? 0) * 1000,
  };
}

/** Reads what ended, if anything did: removed by TTL, or ended by the write that the record is of. */
export function endedSessionFrom({ eventName, dynamodb }: DynamoDBRecord): EndedSession | undefined {
  const before = imageOf(dynamodb?.OldImage);
  const after = imageOf(dynamodb?.NewImage);
  if (eventName === 'REMOVE') {
    if (before === undefined) return undefined;
    const endedAtMs = before.endsAtMs ?? Date.now();
    return {
      session: before,
      reason: 'expired',
      endedAtMs,
      announce: before.status !== 'ended',
      isRemoved: true,
    };
  }
  if (before === undefined || after?.endReason === undefined) return undefined;
  const isExpired = after.endReason === 'expired';
  // An expiry has its own time; every other end is that of the event that caused it.
  const endedAtMs = (isExpired ? before.endsAtMs : undefined) ?? after.endsAtMs ?? after.startedAtMs;
  // A life that ended in place did so with the interval that this write gave it.
  const session = after.incarnation === before.incarnation ? after : before;
  return { session, reason: after.endReason, endedAtMs, announce: true, isRemoved: false };
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
      log.error('a record of the stream failed and will come again', asError(error));
      throw error;
    }
  };
  return processPartialResponse(event, handleRecord, processor, {
    context,
    processInParallel: false,
    throwOnFullBatchFailure: false,
  });
}
