import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { asError } from '#telemetry/as-error';
import type { Log } from '#telemetry/telemetry';

function tell(log: Log, error: unknown): void {
  log.error('records of the stream failed and will come again', asError(error));
}

/**
 * Reads the records of a batch, then handles them together. A record that cannot be read holds up those behind it
 * and not those before; when the handling fails, all come again.
 */
export async function handleStreamBatch<Read>(
  records: readonly DynamoDBRecord[],
  log: Log,
  read: (record: DynamoDBRecord) => Read | undefined,
  handle: (reads: readonly Read[]) => Promise<void>,
): Promise<DynamoDBBatchResponse> {
  const reads: Read[] = [];
  let failed: DynamoDBRecord | undefined;
  for (const record of records) {
    try {
      const each = read(record);
      if (each !== undefined) reads.push(each);
    } catch (error) {
      tell(log, error);
      failed = record;
      break;
    }
  }
  try {
    if (reads.length > 0) await handle(reads);
  } catch (error) {
    tell(log, error);
    [failed] = records;
  }
  const itemIdentifier = failed?.dynamodb?.SequenceNumber;
  return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
}
