import { RefusedEventError } from '#edge/errors';
import type { Requests } from '#edge/requests';
import type { Telemetry } from '#telemetry/telemetry';

/**
 * Handles an event; one that no retry can mend is kept with the reason in the dead-letter queue at once,
 * and counts as handled.
 */
export async function keepRefused(
  source: string,
  event: unknown,
  { logger, metrics }: Telemetry,
  requests: Requests,
  handle: () => Promise<void>,
): Promise<void> {
  try {
    await handle();
  } catch (error) {
    if (!(error instanceof RefusedEventError)) throw error;
    logger.warn(error.message, { code: error.code });
    metrics.add('Refused');
    await requests.deadLetter(source, event, error);
  }
}
