import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Log, Telemetry } from '#telemetry/telemetry';

export const context = { functionName: 'test', getRemainingTimeInMillis: () => 30_000 } as unknown as Context;

/** Keeps the lines and counts of a function. */
export class RecordedTelemetry implements Telemetry {
  readonly lines: string[] = [];
  readonly counts = new Map<string, number>();
  readonly logger: Log;
  readonly metrics: Telemetry['metrics'] = {
    add: (name, value = 1) => {
      this.counts.set(name, (this.counts.get(name) ?? 0) + value);
    },
    publish: () => undefined,
  };

  constructor() {
    const line = (message: string, details?: unknown) => {
      this.lines.push(details instanceof Error ? `${message}: ${details.message}` : message);
    };
    this.logger = { debug: line, info: line, warn: line, error: line, forClient: () => this.logger };
  }
}

/** A batch of a queue; each body becomes a record `record-<index>`. */
export function batchOf(...bodies: string[]): SQSEvent {
  const records = bodies.map((body, index) => ({
    messageId: `record-${index}`,
    body,
    eventSource: 'aws:sqs',
  }));
  return { Records: records as unknown as SQSRecord[] };
}
