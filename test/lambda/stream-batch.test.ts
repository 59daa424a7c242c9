import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { handleStreamBatch } from '#lambda/stream-batch';
import { RecordedTelemetry } from './invocations.ts';

const records = ['1', '2', '3'].map((SequenceNumber): DynamoDBRecord => ({ dynamodb: { SequenceNumber } }));
const numberOf = ({ dynamodb }: DynamoDBRecord) => dynamodb?.SequenceNumber;

/** Handles the three records; what was handled, what comes again, and what was logged. */
async function handled(
  read: (number: string | undefined) => string | undefined,
  handle: (numbers: readonly string[]) => void = () => undefined,
) {
  const { logger, lines } = new RecordedTelemetry();
  const batches: (readonly string[])[] = [];
  const answer = await handleStreamBatch(
    records,
    logger,
    (record) => read(numberOf(record)),
    async (numbers) => {
      batches.push(numbers);
      handle(numbers);
    },
  );
  return { batches, again: answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier), lines };
}

describe('a batch of the stream that is handled together', () => {
  it('is handled whole', async () => {
    expect(await handled((number) => number)).toEqual({ batches: [['1', '2', '3']], again: [], lines: [] });
  });

  it('is handled up to a record that cannot be read; from there on it comes again', async () => {
    const { batches, again, lines } = await handled((number) => {
      if (number === '2') throw new Error('not a session');
      return number;
    });
    expect(batches).toEqual([['1']]);
    expect(again).toEqual(['2']);
    expect(lines).toEqual(['records of the stream failed and will come again: not a session']);
  });

  it('comes again from the first record when its handling fails', async () => {
    const { again, lines } = await handled(
      (number) => number,
      () => {
        throw new Error('the table is busy');
      },
    );
    expect(again).toEqual(['1']);
    expect(lines).toEqual(['records of the stream failed and will come again: the table is busy']);
  });

  it('asks for nothing when no record tells anything', async () => {
    expect(await handled(() => undefined)).toEqual({ batches: [], again: [], lines: [] });
  });
});
