import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node } from 'constructs';
import { InfrastructureError } from './errors.ts';
import { PROJECT_ROOT } from './project-root.ts';
import {
  CONFIGURATION_KEYS,
  checkStackConfiguration,
  type StackConfiguration,
} from './stack-configuration.ts';

/*
 * Where the configuration of the stack comes from, first found wins:
 *
 * 1. the JSON file that the context key `mqttSessionsFile` names (`cdk deploy -c mqttSessionsFile=fleet.json`),
 * 2. the JSON file that the environment variable MQTT_SESSIONS_FILE names,
 * 3. the context key `mqttSessions` of cdk.json.
 *
 * All three hold one object: `{ "durableTopics": […], "policies": […], "settings": {…}, "api": {…}, "console": … }`.
 */
const CONTEXT_KEY = 'mqttSessions';
const FILE_CONTEXT_KEY = 'mqttSessionsFile';
const FILE_VARIABLE = 'MQTT_SESSIONS_FILE';

/** The context of cdk.json, with the resource paths that the local cloud reads names from. */
export function appContext(): Record<string, unknown> {
  const cdk = readJson(join(PROJECT_ROOT, 'cdk.json')) as { readonly context?: Record<string, unknown> };
  return { 'aws:cdk:enable-path-metadata': true, ...cdk.context };
}

/**
 * The configuration as its author wrote it.
 *
 * @throws ConfigurationError also for a key that the construct would never look at, such as a misspelt one
 */
export function readConfiguration(
  node: Node,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): StackConfiguration {
  const file: unknown = node.tryGetContext(FILE_CONTEXT_KEY) ?? environment[FILE_VARIABLE];
  const value = typeof file === 'string' ? readJson(file) : node.tryGetContext(CONTEXT_KEY);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return checkStackConfiguration(value);
  }
  throw new InfrastructureError(
    'infrastructure.configurationMissing',
    `${typeof file === 'string' ? file : `context key ${CONTEXT_KEY}`}: ${JSON.stringify(value) ?? 'nothing'} came; allowed: an object with ${CONFIGURATION_KEYS.join(', ')}; write it into cdk.json under "${CONTEXT_KEY}" or name a file with -c ${FILE_CONTEXT_KEY}=FILE`,
  );
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InfrastructureError(
      'infrastructure.configurationUnreadable',
      `${file}: cannot be read as JSON (${reason}); name a file with one JSON object`,
      { cause },
    );
  }
}
