import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { LoggedMessage } from '#session/message';
import type { Position } from '#session/position';
import { request } from '../requests/request.ts';
import { fromItem, toItem } from './message-item.ts';

/** The messages of wills, each until it has been published or dropped. They lie beside the message log. */
export interface WillMessages {
  /** Again, it is the same item. */
  keep(clientId: string, message: LoggedMessage, expiresAtSeconds: number): Promise<void>;
  get(clientId: string, position: Position): Promise<LoggedMessage | undefined>;
  /** Also when it is gone already. */
  remove(clientId: string, position: Position): Promise<void>;
}

/** No log of a filter has this key: in a filter, `+` stands alone in its level. [MQTT-4.7.1-2] */
function keyOf(clientId: string, position: Position) {
  return { log: `+will/${clientId}`, position };
}

/** @example createWillMessages(client, names.messages) */
export function createWillMessages(client: DynamoDBDocumentClient, table: string): WillMessages {
  return {
    async keep(clientId, message, expiresAtSeconds) {
      const { log } = keyOf(clientId, message.position);
      const command = new PutCommand({ TableName: table, Item: toItem(message, log, expiresAtSeconds) });
      await request(`keep a will of ${clientId}`, client.send(command));
    },

    async get(clientId, position) {
      const Key = keyOf(clientId, position);
      const command = new GetCommand({ TableName: table, Key, ConsistentRead: true });
      const { Item } = await request(`read a will of ${clientId}`, client.send(command));
      return Item === undefined ? undefined : fromItem(Item);
    },

    async remove(clientId, position) {
      const command = new DeleteCommand({ TableName: table, Key: keyOf(clientId, position) });
      await request(`remove a will of ${clientId}`, client.send(command));
    },
  };
}
