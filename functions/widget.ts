import type { Context } from 'aws-lambda';
import { environmentVariable } from '#lambda/environment';
import { parseSessionConfiguration } from '#session/configuration/session-configuration';
import { createDocumentClient } from '#store/client';
import { ALL_TABLES, tableNamesFrom } from '#store/names';
import { createLookStores } from '#survey/look-stores';
import { createTelemetry } from '#telemetry/telemetry';
import { renderWidget, type WidgetDependencies } from '#widget/render';

const { logger } = createTelemetry();
const tables = tableNamesFrom(process.env, ALL_TABLES);
const configuration = parseSessionConfiguration(environmentVariable('SESSION_CONFIGURATION'));
const clock = Date.now;
const dependencies: WidgetDependencies = {
  ...createLookStores(createDocumentClient(), { tables, configuration, clock }),
  clock,
};

/** What a CloudWatch dashboard shows: a look at one session, or at the fleet. */
export async function handler(event: unknown, context: Context): Promise<string> {
  const startedAtMs = clock();
  const page = await renderWidget(event, context.invokedFunctionArn, dependencies);
  logger.info('look', { characters: page.length, durationMs: clock() - startedAtMs });
  return page;
}
