import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { loggable } from './loggable.ts';

/** What goes beside the message of a log line. Never a payload. */
export type LogDetails = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

type LogLine = (message: string, details?: LogDetails | Error) => void;

export interface Log {
  readonly debug: LogLine;
  readonly info: LogLine;
  readonly warn: LogLine;
  readonly error: LogLine;
  /** The same log with the client identifier on every line. */
  readonly forClient: (clientId: string) => Log;
}

export interface MetricCounts {
  /** Adds to what is published under the name; the unit is a count unless said. */
  readonly add: (name: string, value?: number, unit?: MetricUnitName) => void;
  /** Writes what was added since the last time; once at the end of an invocation. */
  readonly publish: () => void;
}

export type MetricUnitName = 'Count' | 'Bytes' | 'Milliseconds' | 'Seconds';

/** What a function tells its operators. */
export interface Telemetry {
  readonly logger: Log;
  readonly metrics: MetricCounts;
}

/** Made once a cold start; service name, namespace and level come from the POWERTOOLS_ variables. */
export function createTelemetry(): Telemetry {
  return { logger: logWith(new Logger(), {}), metrics: createMetrics() };
}

type Level = 'debug' | 'info' | 'warn' | 'error';

function logWith(logger: Pick<Logger, Level>, fixed: LogDetails): Log {
  const line =
    (level: Level): LogLine =>
    (message, details = {}) =>
      logger[level](
        message,
        details instanceof Error ? { ...fixed, error: details } : { ...fixed, ...details },
      );
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    forClient: (clientId) => logWith(logger, { ...fixed, clientId: loggable(clientId) }),
  };
}

function createMetrics(): MetricCounts {
  const metrics = new Metrics();
  return {
    add: (name, value = 1, unit = 'Count') => {
      metrics.addMetric(name, unit, value);
    },
    publish: () => {
      // Without this, each invocation that counted nothing would log a warning.
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}
