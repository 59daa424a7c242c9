import { marshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { endedSessionFrom, handleStreamRecords, sessionWriteFrom } from '#lambda/stream-records';
import type { Session } from '#session/session';
import { toItem } from '#store/sessions/session-item';
import { exampleSession } from '#test/store/sessions/example-sessions';
import { context, RecordedTelemetry } from './invocations.ts';

type Image = Record<string, AttributeValue>;

function imageOf(session: Session): Image {
  return marshall(toItem(session), { removeUndefinedValues: true }) as Image;
}

function record(
  eventName: 'MODIFY' | 'REMOVE' | 'INSERT',
  before?: Session,
  after?: Session,
): DynamoDBRecord {
  const images = {
    ...(before && { OldImage: imageOf(before) }),
    ...(after && { NewImage: imageOf(after) }),
  };
  return { eventName, eventSource: 'aws:dynamodb', dynamodb: { SequenceNumber: '1', ...images } };
}

const before = exampleSession('client');
const endsAtMs = before.endsAtMs ?? 0;

describe('what ended, by a record of the stream', () => {
  it('is a session that TTL removed, at its own time, to be announced', () => {
    const ended = endedSessionFrom(record('REMOVE', before));
    expect(ended).toMatchObject({
      reason: 'expired',
      endedAtMs: endsAtMs,
      announce: true,
      isRemoved: true,
    });
    expect(ended?.session).toEqual(before);
  });

  it('is announced only once when it had ended before TTL removed it', () => {
    const ended = endedSessionFrom(record('REMOVE', { ...before, status: 'ended' }));
    expect(ended).toMatchObject({ announce: false, isRemoved: true });
  });

  it.each(['cleanStart', 'takenOver', 'disconnected'] as const)(
    'is a life that a write ended: %s',
    (endReason) => {
      const { endsAtMs: _, ...living } = before;
      const startedAtMs = before.startedAtMs + 60_000;
      const after = {
        ...living,
        incarnation: 'new',
        startedAtMs,
        endedIncarnation: before.incarnation,
        endReason,
      };
      const ended = endedSessionFrom(record('MODIFY', before, after));
      expect(ended).toMatchObject({
        reason: endReason,
        endedAtMs: startedAtMs,
        announce: true,
        isRemoved: false,
      });
      expect(ended?.session.incarnation).toBe(before.incarnation);
    },
  );

  it('is a life that had expired when its client came back, at the time of its expiry', () => {
    const { endsAtMs: _, ...living } = before;
    const after = {
      ...living,
      incarnation: 'new',
      startedAtMs: endsAtMs + 60_000,
      endedIncarnation: before.incarnation,
      endReason: 'expired' as const,
    };
    expect(endedSessionFrom(record('MODIFY', before, after))).toMatchObject({ endedAtMs: endsAtMs });
  });

  it('tells the interval that ended a life in place, also when it was learnt after the disconnect', () => {
    const after = {
      ...before,
      status: 'ended' as const,
      sessionExpiryInterval: 0,
      endedIncarnation: before.incarnation,
      endReason: 'disconnected' as const,
    };
    const ended = endedSessionFrom(record('MODIFY', before, after));
    expect(ended?.session).toMatchObject({ incarnation: before.incarnation, sessionExpiryInterval: 0 });
  });

  it('is nothing when nothing ended', () => {
    expect(endedSessionFrom(record('MODIFY', before, { ...before, revision: 2 }))).toBeUndefined();
    expect(endedSessionFrom(record('INSERT', undefined, before))).toBeUndefined();
    expect(endedSessionFrom(record('REMOVE'))).toBeUndefined();
  });
});

describe('the write of a session, by a record of the stream', () => {
  it('is told with the session before and after it', () => {
    const after = { ...before, revision: 2 };
    const modified = record('MODIFY', before, after);
    const written = { ...modified, dynamodb: { ...modified.dynamodb, ApproximateCreationDateTime: 7 } };
    expect(sessionWriteFrom(written)).toEqual({
      before,
      after,
      removedByTimeToLive: false,
      recordedAtMs: 7_000,
    });
  });

  it('is a removal by TTL when the service says so', () => {
    const removed = record('REMOVE', before);
    const userIdentity = { type: 'Service', principalId: 'dynamodb.amazonaws.com' };
    expect(sessionWriteFrom({ ...removed, userIdentity })).toMatchObject({
      before,
      after: undefined,
      removedByTimeToLive: true,
    });
    expect(sessionWriteFrom(removed)).toMatchObject({ removedByTimeToLive: false });
  });
});

describe('a batch of the stream', () => {
  it('is handled in order up to the first that fails; from there on it comes again', async () => {
    const { logger } = new RecordedTelemetry();
    const records = ['1', '2', '3'].map((SequenceNumber) => ({
      ...record('REMOVE', before),
      dynamodb: { SequenceNumber },
    }));
    const handled: (string | undefined)[] = [];
    const answer = await handleStreamRecords({ Records: records }, context, logger, async ({ dynamodb }) => {
      if (dynamodb?.SequenceNumber === '2') throw new Error('no');
      handled.push(dynamodb?.SequenceNumber);
    });
    expect(handled[0]).toBe('1');
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: '2' }]);
  });
});
