import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readAssembly } from '#local/template/assembly';
import { synthesize } from '#local/template/synthesize';
import { CONFIGURATION } from './configuration.ts';
import { type Figure, judged, type Line, type Measured, stated } from './figure.ts';
import type { Progress } from './progress.ts';
import { bundleBaselines, FUNCTIONS, type FunctionName } from './start-up-baseline.ts';
import { type StartUp, startUpOf } from './start-up-process.ts';
import { median, pairedRatio, ratioText } from './statistics.ts';

const LARGEST_KB = 600;
const MOST_TIMES_BASELINE = 1.3;
const ROUNDS = 25;

const IN_THE_WAY =
  'In the way: start-up is mostly compiling, and the bundle is that much larger than its SDK clients. Measured one by one on top of them, in processor time: the check of the configuration with zod/mini 12 %, the batch processor, logger and metrics of Powertools 4 to 10 %, the commands of the SDK 3 %, the rest is the service itself. Tried: zod without its compiled parsers (no gain). The functions leave out the credential providers of the SDK that Lambda never uses (120 KB); the baseline has them, as the clients come with them';

interface Bundle {
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The bundle of a function as the stack ships it, with a value in place of each reference. */
async function shippedBundles(): Promise<Record<FunctionName, Bundle>> {
  const assembly = await readAssembly(await synthesize({ configuration: CONFIGURATION }));
  const resources = Object.values(assembly.template.Resources);
  const bundles = FUNCTIONS.map((name) => {
    const path = `${assembly.stackName}/Sessions/${name}/Resource`;
    const resource = resources.find(
      ({ Metadata }) => (Metadata as Record<string, unknown> | undefined)?.['aws:cdk:path'] === path,
    );
    const properties = resource?.Properties as
      | { Code: { S3Key: string }; Environment: { Variables: Record<string, unknown> } }
      | undefined;
    const folder = properties && assembly.assetPath(properties.Code.S3Key);
    if (properties === undefined || folder === undefined)
      throw new Error(`The assembly has no function ${name}`);
    const variables = Object.entries(properties.Environment.Variables).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : 'name',
    ]);
    return [name, { file: join(folder, 'index.mjs'), environment: Object.fromEntries(variables) }];
  });
  return Object.fromEntries(bundles) as Record<FunctionName, Bundle>;
}

/** What Lambda itself sets, as far as the SDK looks at it. */
const LAMBDA = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
};

async function startUps(
  name: FunctionName,
  bundle: Bundle,
  baseline: string,
  progress: Progress,
): Promise<{ ours: StartUp[]; theirs: StartUp[] }> {
  const environment = { ...LAMBDA, ...bundle.environment };
  const ours: StartUp[] = [];
  const theirs: StartUp[] = [];
  // The first pair brings the files into the page cache.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const pair = [await startUpOf(bundle.file, environment), await startUpOf(baseline, environment)] as const;
    if (round === 0) continue;
    ours.push(pair[0]);
    theirs.push(pair[1]);
    progress(`${name}, ${round} of ${ROUNDS} starts`);
  }
  return { ours, theirs };
}

async function run(progress: Progress): Promise<Measured> {
  const bundles = await shippedBundles();
  const baselines = await bundleBaselines();
  const lines: Line[] = [];
  const values: Record<string, number> = {};
  try {
    for (const name of FUNCTIONS) {
      const kilobytes = statSync(bundles[name].file).size / 1024;
      lines.push(
        judged(kilobytes <= LARGEST_KB, {
          what: `${name}: bundle, minified`,
          toReach: `<= ${LARGEST_KB} KB`,
          measured: `${kilobytes.toFixed(0)} KB`,
        }),
      );
      values[`${name}.kilobytes`] = kilobytes;
    }
    for (const name of FUNCTIONS) {
      const { ours, theirs } = await startUps(name, bundles[name], baselines.fileOf(name), progress);
      const wall = (each: StartUp) => each.milliseconds;
      const processor = (each: StartUp) => each.processorMilliseconds;
      const ratio = pairedRatio(ours.map(processor), theirs.map(processor));
      const wallRatio = pairedRatio(ours.map(wall), theirs.map(wall));
      lines.push(
        judged(wallRatio.ratio <= MOST_TIMES_BASELINE, {
          what: `${name}: start-up time against its SDK clients alone`,
          toReach: `<= ${MOST_TIMES_BASELINE}`,
          measured: ratioText(wallRatio),
          note: `${ROUNDS} pairs of fresh processes, in turn: medians ${median(ours.map(wall)).toFixed(0)} ms and ${median(theirs.map(wall)).toFixed(0)} ms; by processor time ${ratioText(ratio)}${wallRatio.ratio <= MOST_TIMES_BASELINE ? '' : `. ${IN_THE_WAY}`}`,
        }),
      );
      values[`${name}.startUpRatio`] = wallRatio.ratio;
      values[`${name}.startUpProcessorRatio`] = ratio.ratio;
    }
    lines.push(
      stated({
        what: 'Baseline of the five',
        measured: FUNCTIONS.map((name) => {
          const kilobytes = statSync(baselines.fileOf(name)).size / 1024;
          return `${name} ${kilobytes.toFixed(0)} KB`;
        }).join(', '),
        note: 'bundled with the same options, but with the credential providers that the SDK brings and the functions leave out (120 KB); no command of the SDK in it',
      }),
    );
  } finally {
    await baselines.remove();
  }
  return { lines, values };
}

export const bundles: Figure = { name: 'bundles', title: 'bundle size and start-up time', run };
