import type { LoggedAct } from '#operator/dependencies';
import { loggable } from '#telemetry/loggable';
import type { Log } from '#telemetry/telemetry';

/** Writes acts into a log, where a query finds them by this message (docs/operations.md). */
export function logActTo(logger: Pick<Log, 'info'>): (act: LoggedAct) => void {
  return ({ act, actor, outcome, detail }) => {
    const safe = Object.entries(detail).map(
      ([name, value]) => [name, typeof value === 'string' ? loggable(value) : value] as const,
    );
    logger.info('an operator acted', { ...Object.fromEntries(safe), act, actor: loggable(actor), outcome });
  };
}
