import { describe, expect, it } from 'vitest';
import { RefusedEventError } from '#edge/errors';
import { environmentVariable } from '#lambda/environment';
import { handleQueueRecords, isQueueEvent } from '#lambda/queue-records';
import { keepRefused } from '#lambda/refusal';
import { RecordedRequests } from '#test/edge/world/recorded-requests';
import { batchOf, context, RecordedTelemetry } from './invocations.ts';

describe('a batch of a queue', () => {
  it('names the records that failed, so that only they come again', async () => {
    const { logger, lines } = new RecordedTelemetry();
    const handled: unknown[] = [];
    const answer = await handleQueueRecords(batchOf('1', '2', '3'), context, logger, async (body) => {
      if (body === 2) throw new Error('two is too much');
      handled.push(body);
    });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'record-1' }] });
    expect(handled).toEqual([1, 3]);
    expect(lines).toEqual([expect.stringContaining('two is too much')]);
  });

  it('answers with failures, and does not throw, when all of it fails', async () => {
    const { logger } = new RecordedTelemetry();
    const answer = await handleQueueRecords(batchOf('1', '2'), context, logger, () =>
      Promise.reject(new Error('no')),
    );
    expect(answer.batchItemFailures).toHaveLength(2);
  });

  it('hands a body on that is not JSON as it is, to be refused and kept', async () => {
    const bodies: unknown[] = [];
    await handleQueueRecords(batchOf('{"a"'), context, new RecordedTelemetry().logger, async (body) => {
      bodies.push(body);
    });
    expect(bodies).toEqual(['{"a"']);
  });

  it.each([
    [batchOf('1'), true],
    [{ Records: [] }, false],
    [{ Records: [{ eventSource: 'aws:dynamodb' }] }, false],
    [{ eventType: 'connected' }, false],
    [null, false],
    ['text', false],
  ])('is told apart from everything else', (event, expected) => {
    expect(isQueueEvent(event)).toBe(expected);
  });
});

describe('an event that no retry can mend', () => {
  it('is kept with its reason, counted, and handled', async () => {
    const telemetry = new RecordedTelemetry();
    const requests = new RecordedRequests();
    const refuse = () => Promise.reject(new RefusedEventError('A bad one came.'));
    await keepRefused('lifecycle', { bad: true }, telemetry, requests, refuse);
    expect(requests.of('deadLetters')).toMatchObject([
      { body: { source: 'lifecycle', event: { bad: true }, message: 'A bad one came.' } },
    ]);
    expect(telemetry.counts.get('Refused')).toBe(1);
  });

  it('is not any other failure: that comes again', async () => {
    const requests = new RecordedRequests();
    const fail = () => Promise.reject(new Error('the table is throttled'));
    const kept = keepRefused('lifecycle', {}, new RecordedTelemetry(), requests, fail);
    await expect(kept).rejects.toThrow('throttled');
    expect(requests.all).toEqual([]);
  });
});

describe('a variable of the environment', () => {
  it('is read, or named when it is missing', () => {
    process.env['LAMBDA_TEST_VARIABLE'] = 'value';
    expect(environmentVariable('LAMBDA_TEST_VARIABLE')).toBe('value');
    process.env['LAMBDA_TEST_VARIABLE'] = '';
    expect(() => environmentVariable('LAMBDA_TEST_VARIABLE')).toThrow('LAMBDA_TEST_VARIABLE');
    delete process.env['LAMBDA_TEST_VARIABLE'];
    expect(() => environmentVariable('LAMBDA_TEST_VARIABLE')).toThrow('LAMBDA_TEST_VARIABLE');
  });
});
