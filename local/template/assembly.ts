import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { LocalCloudError } from '#local/errors';
import type { Template } from './template.ts';

/** What `cdk synth` wrote: the template of one stack and the files that it refers to. */
export interface Assembly {
  readonly directory: string;
  readonly stackName: string;
  readonly template: Template;
  /** The folder or file that is uploaded under this key, such as `<hash>.zip`; undefined if there is none. */
  assetPath(objectKey: string): string | undefined;
}

const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      properties: z.optional(
        z.object({ templateFile: z.optional(z.string()), file: z.optional(z.string()) }),
      ),
    }),
  ),
});

const assetsSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.optional(z.string()) }),
      destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
    }),
  ),
});

const templateSchema = z.object({
  Resources: z.record(z.string(), z.looseObject({ Type: z.string() })),
  Parameters: z.optional(z.record(z.string(), z.looseObject({}))),
});

/**
 * Reads a cloud assembly that holds one stack.
 *
 * @throws LocalCloudError if the folder holds none, or several
 */
export async function readAssembly(directory: string): Promise<Assembly> {
  const { artifacts } = manifestSchema.parse(await readJson(join(directory, 'manifest.json')));
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const [stackName, stack] = stacks[0] ?? [];
  if (stacks.length !== 1 || stackName === undefined || stack?.properties?.templateFile === undefined) {
    throw new LocalCloudError(
      'template.synthesisFailed',
      `${directory} holds ${stacks.length} stacks; the local cloud runs exactly one.`,
    );
  }
  const template = templateSchema.parse(await readJson(join(directory, stack.properties.templateFile)));
  const paths = new Map<string, string>();
  for (const { type, properties } of Object.values(artifacts)) {
    if (type !== 'cdk:asset-manifest' || properties?.file === undefined) continue;
    const { files } = assetsSchema.parse(await readJson(join(directory, properties.file)));
    for (const { source, destinations } of Object.values(files)) {
      for (const { objectKey } of Object.values(destinations)) {
        if (source.path !== undefined) paths.set(objectKey, join(directory, source.path));
      }
    }
  }
  return { directory, stackName, template: template as Template, assetPath: (key) => paths.get(key) };
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new LocalCloudError('template.synthesisFailed', `${file} cannot be read as JSON.`, { cause });
  }
}
