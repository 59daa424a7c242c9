import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export type FunctionName = 'Lifecycle' | 'Ingest' | 'Deliver' | 'Expire' | 'Packets';

interface Client {
  readonly from: string;
  readonly imports: string;
  readonly create: string;
}

const DYNAMODB: readonly Client[] = [
  { from: '@aws-sdk/client-dynamodb', imports: 'DynamoDBClient', create: 'new DynamoDBClient({})' },
  {
    from: '@aws-sdk/lib-dynamodb',
    imports: 'DynamoDBDocumentClient',
    create: 'DynamoDBDocumentClient.from(new DynamoDBClient({}))',
  },
];
const SQS: Client = { from: '@aws-sdk/client-sqs', imports: 'SQSClient', create: 'new SQSClient({})' };
const IOT: Client = {
  from: '@aws-sdk/client-iot-data-plane',
  imports: 'IoTDataPlaneClient',
  create: 'new IoTDataPlaneClient({})',
};
const EVENTS: Client = {
  from: '@aws-sdk/client-eventbridge',
  imports: 'EventBridgeClient',
  create: 'new EventBridgeClient({})',
};

/** The SDK clients of each function; `test/infra/functions/bundles.test.ts` holds the bundles to the same list. */
const CLIENTS: Readonly<Record<FunctionName, readonly Client[]>> = {
  Lifecycle: [...DYNAMODB, SQS, IOT],
  Ingest: [...DYNAMODB, SQS],
  Deliver: [...DYNAMODB, SQS, IOT],
  Expire: [...DYNAMODB, SQS, EVENTS],
  Packets: [...DYNAMODB, SQS, IOT],
};

export const FUNCTIONS = Object.keys(CLIENTS) as FunctionName[];

const PROJECT_ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A handler that creates the clients of a function and does nothing else. */
function sourceOf(name: FunctionName): string {
  const clients = CLIENTS[name];
  return [
    ...clients.map(({ from, imports }) => `import { ${imports} } from '${from}';`),
    `const clients = [${clients.map(({ create }) => create).join(', ')}];`,
    'export async function handler() { return clients.length; }',
  ].join('\n');
}

export interface Baselines {
  readonly folder: string;
  fileOf(name: FunctionName): string;
  remove(): Promise<void>;
}

/**
 * Bundles the baselines with the options of `lib/infra/functions/functions.ts`, but with the credential providers that the
 * SDK brings: the clients as anybody has them.
 */
export async function bundleBaselines(): Promise<Baselines> {
  const folder = await mkdtemp(join(tmpdir(), 'start-up-'));
  const fileOf = (name: FunctionName) => join(folder, name, 'index.mjs');
  for (const name of FUNCTIONS) {
    const result = await build({
      stdin: { contents: sourceOf(name), resolveDir: PROJECT_ROOT, loader: 'ts' },
      outfile: fileOf(name),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      mainFields: ['module', 'main'],
      minify: true,
      logLevel: 'error',
      write: true,
    });
    if (result.errors.length > 0) throw new Error(`The baseline of ${name} was not bundled`);
  }
  await writeFile(join(folder, 'package.json'), '{}');
  return { folder, fileOf, remove: () => rm(folder, { recursive: true }) };
}
