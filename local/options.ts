import { parseArgs } from 'node:util';
import { LocalCloudError } from './errors.ts';

export interface Options {
  readonly mqttPort: number;
  readonly awsPort: number;
  readonly packetPort: number;
  readonly packetWsPort: number;
  readonly apiPort: number;
  readonly consolePort: number;
  readonly dataDirectory?: string;
  readonly dynamoDbEndpoint?: string;
  readonly configurationFile?: string;
  readonly chaosFile?: string;
  readonly demo: boolean;
  readonly help: boolean;
}

export const USAGE = `Runs durable MQTT sessions on this machine: the stack that cdk deploy ships, without AWS.

npm start -- [flags]

  --mqtt-port PORT          where MQTT clients of AWS IoT Core connect (default 1883, 0 = any free port)
  --packet-port PORT        where MQTT clients of the packet edge connect (default 1884, 0 = any free port)
  --packet-ws-port PORT     the same over WebSocket (default 8884, 0 = any free port)
  --console-port PORT       where the operators' page is (default 8080, 0 = any free port)
  --api-port PORT           where the session API is (default 8081, 0 = any free port)
  --aws-port PORT           where AWS SDKs and the AWS CLI connect (default 4566, 0 = any free port)
  --data-dir FOLDER         keeps the tables in this folder (default: in memory)
  --dynamodb-endpoint URL   uses a DynamoDB Local that runs already
  --config FILE             durable topics and policies, as in cdk.json under "mqttSessions"
                            (default: clients with an id durable-… are durable on every topic)
  --chaos FILE              what may go wrong: delays, duplicates, throttling, failures, crashes
  --no-demo                 does not play the scene at the start
  --help                    shows this

The addresses of everything are in .local/endpoints.json while it runs. Ctrl-C ends it.`;

const FLAGS = {
  'mqtt-port': { type: 'string' },
  'aws-port': { type: 'string' },
  'packet-port': { type: 'string' },
  'packet-ws-port': { type: 'string' },
  'api-port': { type: 'string' },
  'console-port': { type: 'string' },
  'data-dir': { type: 'string' },
  'dynamodb-endpoint': { type: 'string' },
  config: { type: 'string' },
  chaos: { type: 'string' },
  'no-demo': { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

const DEFAULT_PORTS = {
  mqtt: 1883,
  aws: 4566,
  packets: 1884,
  packetsWs: 8884,
  api: 8081,
  console: 8080,
} as const;

/** @throws LocalCloudError that says which flag is wrong, and what is allowed */
export function parseOptions(words: readonly string[]): Options {
  const values = parse(words);
  if (values['data-dir'] !== undefined && values['dynamodb-endpoint'] !== undefined) {
    throw invalid(
      '--data-dir and --dynamodb-endpoint came together; a DynamoDB Local that runs already has its own folder',
    );
  }
  return {
    mqttPort: port(values['mqtt-port'], '--mqtt-port', DEFAULT_PORTS.mqtt),
    awsPort: port(values['aws-port'], '--aws-port', DEFAULT_PORTS.aws),
    packetPort: port(values['packet-port'], '--packet-port', DEFAULT_PORTS.packets),
    packetWsPort: port(values['packet-ws-port'], '--packet-ws-port', DEFAULT_PORTS.packetsWs),
    apiPort: port(values['api-port'], '--api-port', DEFAULT_PORTS.api),
    consolePort: port(values['console-port'], '--console-port', DEFAULT_PORTS.console),
    ...optional('dataDirectory', values['data-dir']),
    ...optional('dynamoDbEndpoint', endpoint(values['dynamodb-endpoint'])),
    ...optional('configurationFile', values.config),
    ...optional('chaosFile', values.chaos),
    demo: values['no-demo'] !== true,
    help: values.help === true,
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: FLAGS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    // Node adds hints about its own syntax after the first sentence.
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
    throw invalid(reason);
  }
}

function port(text: string | undefined, flag: string, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= 65_535) return value;
  throw invalid(`${flag} ${text} came; allowed: a number from 0 to 65535`);
}

function endpoint(text: string | undefined): string | undefined {
  if (text === undefined || /^https?:\/\/[^/]+\/?$/.test(text)) return text?.replace(/\/$/, '');
  throw invalid(`--dynamodb-endpoint ${text} came; allowed: an address like http://127.0.0.1:8000`);
}

function optional<Key extends string>(
  key: Key,
  value: string | undefined,
): { readonly [Name in Key]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [Name in Key]?: string };
}

function invalid(problem: string): LocalCloudError {
  return new LocalCloudError('options.invalid', `${problem}; npm start -- --help shows all flags.`);
}
