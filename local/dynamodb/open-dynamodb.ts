import type { CloudOptions } from '#local/cloud-options';
import { LOCAL_ENVIRONMENT } from '#local/template/template';
import type { Undo } from '#local/undo';
import { DynamoDbConnection } from './connection.ts';
import { startDynamoDb } from './dynamodb.ts';

/** The DynamoDB Local that the options name, or one of the cloud's own. */
export async function openDynamoDb(options: CloudOptions, undo: Undo): Promise<DynamoDbConnection> {
  const { dataDirectory, dynamoDbEndpoint } = options;
  const connectionTo = (endpoint: string) => new DynamoDbConnection(endpoint, LOCAL_ENVIRONMENT.region);
  if (dynamoDbEndpoint !== undefined) {
    const connection = connectionTo(dynamoDbEndpoint);
    await connection.check();
    return connection;
  }
  const started = await startDynamoDb(dataDirectory === undefined ? {} : { dataDirectory });
  undo.add(() => started.stop());
  return connectionTo(started.endpoint);
}
