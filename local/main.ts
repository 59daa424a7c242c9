import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkStackConfiguration } from '#infra/stack-configuration';
import { ConfigurationError } from '#session/errors';
import { type Chaos, readChaos, readJsonFile } from './chaos.ts';
import type { Cloud } from './cloud.ts';
import type { CloudObservation } from './cloud-observation.ts';
import { ENDPOINTS_FILE, writeEndpoints } from './endpoints-file.ts';
import { LocalCloudError } from './errors.ts';
import { eventLine } from './event-line.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { playScene } from './scene.ts';
import { startCloud } from './start-cloud.ts';
import { synthesize } from './template/synthesize.ts';
import { coloured, step, table } from './terminal.ts';

const DEFAULT_CONFIGURATION = fileURLToPath(new URL('./default-configuration.json', import.meta.url));

/** In place of the minute that the stack says: whoever has just started it wants to see the counts move. */
const SCHEDULE_PERIOD_SECONDS = 10;

/** As a shell has it for a program that Ctrl-C ended. */
const INTERRUPTED = 130;

let running: { readonly cloud: Cloud; readonly removeEndpoints: () => void } | undefined;
let stopping = false;

process.on('SIGINT', stop);
process.on('SIGTERM', stop);
process.on('SIGHUP', stop);
process.on('exit', () => running?.removeEndpoints());
main(process.argv.slice(2)).catch(fail);

async function main(words: readonly string[]): Promise<void> {
  const options = parseOptions(words);
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const configurationFile = resolve(options.configurationFile ?? DEFAULT_CONFIGURATION);
  const configuration = await readJsonFile(configurationFile, '--config');
  checkConfiguration(configurationFile, configuration);
  const chaos = options.chaosFile === undefined ? undefined : await readChaos(resolve(options.chaosFile));
  let show: (observed: CloudObservation) => void = () => {};

  const assemblyDirectory = synthesize({ configuration });
  const starting = startCloud({
    ...cloudOptions(options, chaos),
    assemblyDirectory,
    observe: (event) => show(event),
  });
  // Whatever fails first is said, and the other one is no longer waited for.
  await Promise.race([
    step('Stack synthesized, its functions and console bundled', assemblyDirectory),
    rejected(starting),
  ]);
  const cloud = await step('Tables, functions, queues and broker started', starting);
  running = { cloud, removeEndpoints: writeEndpoints(cloud.endpoints) };
  if (stopping) return;

  console.log(`\n${summary(cloud, chaos)}`);
  if (options.demo) await playScene(cloud, (text) => console.log(text));
  console.log(
    `\n${coloured('bold', 'Ready.')} Connect clients to ${cloud.endpoints.mqtt}; ids durable-… are durable unless you configured otherwise. At ${cloud.endpoints.packets} every client's session is kept. Ctrl-C ends it.\n`,
  );
  show = (event) => {
    const line = eventLine(event, cloud.endpoints.tables);
    if (line !== undefined) console.log(line);
  };
}

/** The stack would refuse it too, but seconds later. */
function checkConfiguration(file: string, configuration: unknown): void {
  try {
    checkStackConfiguration(configuration);
  } catch (cause) {
    if (!(cause instanceof ConfigurationError)) throw cause;
    throw new LocalCloudError('file.unreadable', `--config ${file}: ${cause.message}`, { cause });
  }
}

function cloudOptions(options: Options, chaos: Chaos | undefined) {
  const { mqttPort, awsPort, packetPort, packetWsPort, apiPort, consolePort } = options;
  const { dataDirectory, dynamoDbEndpoint } = options;
  return {
    mqttPort,
    awsPort,
    packetPort,
    packetWsPort,
    apiPort,
    consolePort,
    schedulePeriodSeconds: SCHEDULE_PERIOD_SECONDS,
    ...(dataDirectory === undefined ? {} : { dataDirectory: resolve(dataDirectory) }),
    ...(dynamoDbEndpoint === undefined ? {} : { dynamoDbEndpoint }),
    ...(chaos === undefined ? {} : { chaos }),
  };
}

function summary({ endpoints }: Cloud, chaos: Chaos | undefined): string {
  const rows = [
    ['MQTT', `${endpoints.mqtt}  (AWS IoT Core, with the lifecycle edge beside it)`],
    ['MQTT', `${endpoints.packets}  (packet edge: the service itself is the server)`],
    ['', `${endpoints.packetsWs}  (packet edge over WebSocket)`],
    ...(endpoints.console === undefined
      ? []
      : [['console', `${endpoints.console}  (operators look and act)`]]),
    ...(endpoints.api === undefined
      ? []
      : [['API', `${endpoints.api}  (the session API; its description at ${endpoints.api}/openapi.json)`]]),
    ['AWS', `${endpoints.aws}  (Lambda, SQS, EventBridge, IoT data plane, DynamoDB; any credentials)`],
    ['DynamoDB', endpoints.dynamodb],
    ['addresses', ENDPOINTS_FILE],
    ...(chaos === undefined ? [] : [['chaos', `seed ${chaos.seed}`]]),
  ];
  return table(rows);
}

/** Rejects as the promise does, and never resolves. */
function rejected(promise: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => {
    promise.catch(reject);
  });
}

function stop(): void {
  // A second Ctrl-C does not wait; DynamoDB Local ends with this process in any case.
  if (stopping || running === undefined) process.exit(INTERRUPTED);
  stopping = true;
  console.log('\nStopping. Once more Ctrl-C ends it at once.');
  running.cloud.stop().then(() => process.exit(0), fail);
}

function fail(error: unknown): void {
  if (stopping) process.exit(INTERRUPTED);
  if (error instanceof LocalCloudError) console.error(coloured('red', error.message));
  else console.error(error);
  process.exit(1);
}
