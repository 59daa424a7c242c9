import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { type RecordedWrite, readWrite, recordHistory } from '#edge/records/record-history';
import { publishEvents } from '#edge/records/session-events';
import { environmentVariable } from '#lambda/environment';
import { handleStreamBatch } from '#lambda/stream-batch';
import { sessionWriteFrom } from '#lambda/stream-records';
import { parseSessionConfiguration } from '#session/configuration/session-configuration';
import { createDocumentClient } from '#store/client';
import { createHistoryStore } from '#store/history/history';
import { tableNamesFrom } from '#store/names';
import { createStatisticsStore } from '#store/statistics/statistics';
import { createTelemetry } from '#telemetry/telemetry';

const { logger, metrics } = createTelemetry();
const tables = tableNamesFrom(process.env, ['history', 'statistics']);
const configuration = parseSessionConfiguration(environmentVariable('SESSION_CONFIGURATION'));
const busName = environmentVariable('EVENT_BUS_NAME');
const client = createDocumentClient();
const bus = new EventBridgeClient({});
const dependencies = {
  history: createHistoryStore(client, tables.history, {
    retentionSeconds: configuration.settings.historyRetentionSeconds,
  }),
  statistics: createStatisticsStore(client, tables.statistics, { clock: Date.now }),
  publish: (events: Parameters<typeof publishEvents>[2]) => publishEvents(bus, busName, events),
  clock: Date.now,
};

const COUNTED = ['started', 'resumed', 'takenOver', 'disconnected', 'expired', 'ended'] as const;

function countMetrics(writes: readonly RecordedWrite[]): void {
  for (const { happened } of writes) {
    for (const name of COUNTED) {
      const count = happened.counters.totals[name] ?? 0;
      // Metrics cannot be taken back.
      if (count > 0) metrics.add(`Sessions.${name}`, count);
    }
    for (const event of happened.events) {
      if (event.detailType !== 'messages.dropped') continue;
      for (const [reason, count] of Object.entries(event.detail.counts)) {
        metrics.add(`Messages.dropped.${reason}`, count);
      }
    }
  }
}

/** From the stream of the Sessions table: what each write tells of a session, recorded, published and counted. */
export async function handler({ Records: records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  try {
    return await handleStreamBatch(
      records,
      logger,
      (record) => readWrite(record.eventID ?? '', sessionWriteFrom(record), configuration),
      async (writes) => {
        await recordHistory(writes, dependencies);
        countMetrics(writes);
      },
    );
  } finally {
    metrics.publish();
  }
}
