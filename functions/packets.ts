import type { PacketsResponse } from '#packets/exchange';
import { createTelemetry } from '#telemetry/telemetry';

const { logger, metrics } = createTelemetry();

/** Refuses every connection: no control packet is understood yet. */
export async function handler(): Promise<PacketsResponse> {
  logger.warn('connection refused: no control packet is understood yet');
  metrics.add('Refused');
  metrics.publish();
  return { packets: [], close: true };
}
