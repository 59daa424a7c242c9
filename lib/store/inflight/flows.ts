import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Flow } from '#session/flow/flow';
import { conditional, request, unlessContended, untilUncontended } from '../requests/request.ts';
import { fromItem } from './flow-item.ts';
import { type FlowWrite, flowPut, notWritten } from './flow-write.ts';

export type { FlowWrite } from './flow-write.ts';

/** Flows: one item a client of the packet edge. */
export interface FlowStore {
  /** The item as it stands, of whatever incarnation. */
  get(clientId: string): Promise<Flow | undefined>;
  /** Replaces the flow if it still is at `expectedRevision`, undefined: if there is none; raises its revision. */
  write(flow: Flow, expectedRevision: number | undefined): Promise<FlowWrite>;
  /** Removes it unless it is of another life by now. */
  remove(clientId: string, incarnation: string): Promise<'removed' | 'kept'>;
}

/** @example createFlowStore(client, names.inflight) */
export function createFlowStore(client: DynamoDBDocumentClient, table: string): FlowStore {
  return {
    async get(clientId) {
      const command = new GetCommand({ TableName: table, Key: { clientId }, ConsistentRead: true });
      const { Item } = await request(`read the flow of ${clientId}`, client.send(command));
      return Item === undefined ? undefined : fromItem(Item);
    },

    write(flow, expectedRevision) {
      const { stored, put } = flowPut(table, flow, expectedRevision);
      const doing = `write the flow of ${flow.clientId}`;
      return untilUncontended(doing, async () => {
        const write = await unlessContended(conditional(doing, client.send(new PutCommand(put))));
        if (write === undefined) return undefined;
        return write.met ? { written: true, flow: stored } : notWritten(write.item);
      });
    },

    async remove(clientId, incarnation) {
      const command = new DeleteCommand({
        TableName: table,
        Key: { clientId },
        // Met as well when it is gone already.
        ConditionExpression: 'attribute_not_exists(clientId) OR incarnation = :incarnation',
        ExpressionAttributeValues: { ':incarnation': incarnation },
      });
      const removal = await conditional(`remove the flow of ${clientId}`, client.send(command));
      return removal.met ? 'removed' : 'kept';
    },
  };
}
