import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createApi } from '#api/app';
import { actorOf, type GatewayEvent, requestOf, resultOf } from '#api/gateway-event';
import { createDocumentClient } from '#store/client';
import { tableNamesFrom } from '#store/names';
import { createStatisticsStore } from '#store/statistics';
import { createTelemetry } from '#telemetry/telemetry';

const { logger, metrics } = createTelemetry();
const tables = tableNamesFrom(process.env, ['statistics']);
const client = createDocumentClient();
const clock = Date.now;
const api = createApi({
  statistics: createStatisticsStore(client, tables.statistics, { clock }),
  logger,
  clock,
});

/** One request to the session API, which an HTTP API has let in. */
export async function handler(event: GatewayEvent): Promise<APIGatewayProxyStructuredResultV2> {
  const startedAtMs = clock();
  const actor = actorOf(event);
  try {
    const response = await api.fetch(requestOf(event), actor === undefined ? {} : { actor });
    metrics.add('Api.requests');
    metrics.add('Api.time', clock() - startedAtMs, 'Milliseconds');
    if (response.status >= 500) metrics.add('Api.failures');
    return await resultOf(response);
  } finally {
    metrics.publish();
  }
}
