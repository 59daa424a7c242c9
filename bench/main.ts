import { apiUnits } from './api-units.ts';
import { bundles } from './bundles.ts';
import { connectionUnits } from './connection-units.ts';
import { consoleFirstView } from './console-first-view.ts';
import { deliveryRate } from './delivery-rate.ts';
import type { Figure } from './figure.ts';
import { historyUnits } from './history-units.ts';
import { ingestThroughput } from './ingest-throughput.ts';
import { packetConnections } from './packet-connections.ts';
import { packetLatency } from './packet-latency.ts';
import { packetUnits } from './packet-units.ts';
import { consoleProgress } from './progress.ts';
import { resumeUnits } from './resume-units.ts';
import { routingTime } from './routing-time.ts';
import { routingUnits } from './routing-units.ts';
import { runFigures } from './run-figures.ts';
import { surveyUnits } from './survey-units.ts';
import { willDelay } from './will-delay.ts';
import { writeUnits } from './write-units.ts';

const FIGURES: readonly Figure[] = [
  writeUnits,
  routingUnits,
  routingTime,
  connectionUnits,
  historyUnits,
  resumeUnits,
  ingestThroughput,
  deliveryRate,
  packetUnits,
  packetLatency,
  packetConnections,
  willDelay,
  surveyUnits,
  apiUnits,
  consoleFirstView,
  bundles,
];

process.exitCode = await runFigures(FIGURES, process.argv.slice(2), consoleProgress).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
