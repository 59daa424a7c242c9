import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { PROJECT_ROOT } from '../project-root.ts';

/**
 * A function of `functions/` with everything it uses, as one file. Not by `NodejsFunction`, which starts npm
 * once a function to find the bundler: half of the time that a synthesis takes.
 */
export function bundledCode(file: string): Code {
  return Code.fromAsset(PROJECT_ROOT, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Neither is asked for, since the bundler runs in this process; but assets that differ in nothing here
      // are taken for one.
      image: DockerImage.fromRegistry('public.ecr.aws/docker/library/node'),
      command: [file],
      local: {
        tryBundle(directory) {
          bundle(join(PROJECT_ROOT, 'functions', file), join(directory, 'index.mjs'));
          return true;
        },
      },
    },
  });
}

function bundle(entry: string, outfile: string): void {
  buildSync({
    entryPoints: [entry],
    outfile,
    absWorkingDir: PROJECT_ROOT,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // The same bundle runs on the machine of a developer, where Node 20 is the oldest.
    target: 'node20',
    mainFields: ['module', 'main'],
    minify: true,
    // mqtt-packet is CommonJS: what it requires of Node is resolved when the module loads.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    alias: {
      // Node's own streams do for its buffers, and are 80 KB less.
      'readable-stream': 'stream',
      // Lambda has one place for credentials; to look in all the others takes 120 KB.
      '@aws-sdk/credential-provider-node': join(PROJECT_ROOT, 'lib', 'lambda', 'credentials.ts'),
      '@aws-sdk/middleware-endpoint-discovery': join(PROJECT_ROOT, 'lib', 'lambda', 'endpoint-discovery.ts'),
      '@smithy/core/checksum': join(PROJECT_ROOT, 'lib', 'lambda', 'checksum.ts'),
      '@smithy/core/event-streams': join(PROJECT_ROOT, 'lib', 'lambda', 'event-streams.ts'),
      // What makes the OpenAPI document holds on to all of it, which with its texts in 50 languages is 450 KB.
      zod: join(PROJECT_ROOT, 'lib', 'lambda', 'zod.ts'),
      'zod/mini': join(PROJECT_ROOT, 'node_modules', 'zod', 'mini', 'index.js'),
    },
  });
}
