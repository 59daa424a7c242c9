import { loggable } from '#telemetry/loggable';
import type { Telemetry } from '#telemetry/telemetry';

/** Tells operators of each filter whose shape would be one too many. */
export function tellRefusedShapes({ logger, metrics }: Telemetry): (filter: string) => void {
  return (filter) => {
    metrics.add('Shapes.refused');
    logger.warn('a filter was refused: it would add a shape to as many as there may be', {
      filter: loggable(filter),
    });
  };
}
