import type { Context } from 'aws-lambda';
import { environmentVariable } from '#lambda/environment';
import { messageRate, messageRateFrom } from '#operator/look-ups/filter-list';
import { parseSessionConfiguration } from '#session/configuration/session-configuration';
import { deliveredInAll } from '#session/delivery/delivered-in-all';
import { createDocumentClient } from '#store/client';
import { ALL_TABLES, tableNamesFrom } from '#store/names';
import { observeCapacity } from '#store/requests/capacity';
import { createRouteList } from '#store/routes/route-list';
import { clientPage } from '#store/sessions/client-pages';
import type { SurveyDependencies } from '#survey/dependencies';
import { createLookStores } from '#survey/look-stores';
import { runSurvey } from '#survey/survey';
import { asError } from '#telemetry/as-error';
import { createTelemetry } from '#telemetry/telemetry';

/** Kept back from a run for the look under way and the last writes. */
const RESERVE_MS = 10_000;

const { logger, metrics } = createTelemetry();
const tables = tableNamesFrom(process.env, ALL_TABLES);
const configuration = parseSessionConfiguration(environmentVariable('SESSION_CONFIGURATION'));
const { surveyReadUnits } = configuration.settings;
const client = createDocumentClient();
const clock = Date.now;
let unitsUsed = 0;
observeCapacity(client, ({ readUnits }) => {
  unitsUsed += readUnits;
});
const { flows, logPages, ...stores } = createLookStores(client, { tables, configuration, clock });
const dependencies: SurveyDependencies = {
  ...stores,
  configuration,
  clientPage: (page) => clientPage(client, tables.sessions, page),
  routes: createRouteList(client, tables.routes, { clock }),
  messageRate: (route) => messageRate(route, { logPages, clock }),
  messageRateFrom: (route, fromMs) => messageRateFrom(route, fromMs, { logPages, clock }),
  delivered: async (session) => deliveredInAll(session, await flows.get(session.clientId)),
  unitsUsed: () => unitsUsed,
  readUnits: surveyReadUnits,
  clock,
  onProblem: (clientId, error) => logger.forClient(clientId).warn('could not be looked at', asError(error)),
};

/** A look at a part of the sessions; called by a schedule, which need not be told anything. */
export async function handler(_event: unknown, context: Context): Promise<void> {
  const deadlineMs = clock() + context.getRemainingTimeInMillis() - RESERVE_MS;
  try {
    const run = await runSurvey(dependencies, () => clock() < deadlineMs);
    const { counts, survey, clients, advice, readUnits } = run;
    metrics.add('Fleet.connected', counts.connected);
    metrics.add('Fleet.disconnected', counts.disconnected);
    metrics.add('Fleet.waitingMessages', survey.waiting.messages);
    metrics.add('Fleet.waitingBytes', survey.waiting.bytes, 'Bytes');
    metrics.add('Survey.clients', clients);
    metrics.add('Survey.readUnits', readUnits);
    logger.info('survey', {
      clients,
      advice,
      readUnits,
      isRoundComplete: survey.next === undefined,
      waitingMessages: survey.waiting.messages,
    });
  } finally {
    metrics.publish();
  }
}
