import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { conditional, type Item, request } from '../requests/request.ts';
import { revisionPut } from '../requests/revision-put.ts';

/** Something that an operator asked for and that goes on in the background. */
export interface Operation {
  readonly operationId: string;
  /** Rises with every write. */
  readonly revision: number;
  readonly status: 'running' | 'succeeded' | 'failed';
  /** Sessions that were looked at. */
  readonly examined: number;
  /** Sessions that it has ended itself. */
  readonly ended: number;
  readonly startedAtMs: number;
  readonly finishedAtMs?: number;
  /** Who asked. */
  readonly actor: string;
  /** What was asked for; plain values only. */
  readonly request: Readonly<Record<string, string | number | boolean>>;
  /** Where the next part begins. */
  readonly nextKey?: string;
  /** The part at hand, which is done again when whoever began it has died. */
  readonly part?: OperationPart;
  /** Tries in a row that failed. */
  readonly failures?: number;
}

export interface OperationPart {
  /** Clients that it is for. */
  readonly clientIds: readonly string[];
  /** Sessions that were looked at for them. */
  readonly examined: number;
  /** Where the part behind it begins; absent: it is the last. */
  readonly nextKey?: string;
}

/** Background operations and how far they are. */
export interface OperationStore {
  operation(operationId: string): Promise<Operation | undefined>;
  /**
   * Keeps it if it still is at `expectedRevision`, undefined: if there is none. `current` is what another write has
   * left.
   */
  putOperation(
    operation: Operation,
    expectedRevision: number | undefined,
  ): Promise<{ readonly written: true } | { readonly written: false; readonly current?: Operation }>;
}

const KIND = 'operation';
const KEPT_MS = 7 * 24 * 3_600_000;

function fromItem(item: Item): Operation {
  const { kind: _, value: __, expiresAt: ___, ...operation } = item;
  return operation as unknown as Operation;
}

export function createOperationStore(client: DynamoDBDocumentClient, table: string): OperationStore {
  return {
    async operation(operationId) {
      const key = { kind: KIND, value: operationId };
      const command = new GetCommand({ TableName: table, Key: key, ConsistentRead: true });
      const { Item } = await request('read an operation', client.send(command));
      return Item === undefined ? undefined : fromItem(Item);
    },

    async putOperation(operation, expectedRevision) {
      const item = {
        ...operation,
        kind: KIND,
        value: operation.operationId,
        expiresAt: Math.ceil((operation.startedAtMs + KEPT_MS) / 1000),
      };
      const command = new PutCommand(revisionPut(table, 'kind', item, expectedRevision));
      const put = await conditional('keep an operation', client.send(command));
      if (put.met) return { written: true };
      return put.item === undefined ? { written: false } : { written: false, current: fromItem(put.item) };
    },
  };
}
