import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { conditional, type Item, request } from '../requests/request.ts';

/** The newest connection of one client that AWS IoT Core carries. */
export interface Carriage {
  readonly clientId: string;
  readonly connectionId: string;
  /** The broker's time of the frame that opened it, epoch milliseconds. */
  readonly openedAtMs: number;
  /** Of the frame that is taken next; those before it have been. */
  readonly nextSequence: number;
  /** The latest receive time that one of its packets was given, epoch milliseconds. */
  readonly stampedUntilMs: number;
  /** What its carrier has to keep, as it gave it. */
  readonly context?: string;
  readonly closed?: { readonly reason: string; readonly atMs: number };
}

/** A frame that wants to be taken. */
export interface ArrivedFrame {
  readonly connectionId: string;
  /** The broker's time, epoch milliseconds. */
  readonly receivedAtMs: number;
  /** How many packets it has, not counting those that share the receive time of the one before. */
  readonly packets: number;
}

/**
 * Carriages: one small item a client. A frame is taken by one write, before it is handled, so at most one
 * instance handles it, once.
 */
export interface CarriageStore {
  get(clientId: string): Promise<Carriage | undefined>;
  /** Takes the frame that opens a connection, if it is newer than the one there is. */
  open(
    clientId: string,
    frame: ArrivedFrame,
  ): Promise<
    | { readonly opened: true; readonly previous?: Carriage }
    | { readonly opened: false; readonly current: Carriage }
  >;
  /** Takes a frame of an open connection if it is the next; its packets were received from `firstAtMs` on. */
  take(
    clientId: string,
    frame: ArrivedFrame & { readonly sequence: number },
  ): Promise<
    | { readonly taken: true; readonly firstAtMs: number; readonly context?: string }
    | { readonly taken: false; readonly current?: Carriage }
  >;
  /** Does nothing if another connection has been opened. */
  keepContext(clientId: string, connectionId: string, context: string): Promise<void>;
  /**
   * Ends the connection, named, or whichever was open at that time. One that had ended before keeps the
   * reason and the time of its first end.
   */
  close(
    clientId: string,
    end: { readonly connectionId?: string; readonly reason: string; readonly atMs: number },
  ): Promise<
    | { readonly closed: true; readonly carriage: Carriage }
    | { readonly closed: false; readonly current?: Carriage }
  >;
}

/** How long one may be silent; each frame starts it anew. */
const SILENT_SECONDS = 90 * 86_400;
/** How long it is known that a connection has ended, so that none of its frames opens it again. */
const CLOSED_SECONDS = 86_400;

/** Of the table Inflight, whose keys are client identifiers: none has U+0000. [MQTT-1.5.4-2] */
const keyOf = (clientId: string) => ({ clientId: `${clientId}\u0000carriage` });

/** @example createCarriageStore(client, names.inflight) */
export function createCarriageStore(client: DynamoDBDocumentClient, table: string): CarriageStore {
  async function update(clientId: string, set: string, condition: string, values: Item) {
    const command = new UpdateCommand({
      TableName: table,
      Key: keyOf(clientId),
      UpdateExpression: `SET ${set}`,
      ConditionExpression: condition,
      ExpressionAttributeValues: { ...values },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const written = await conditional(`change the carriage of ${clientId}`, client.send(command));
    if (written.met) return { met: true, item: fromItem(clientId, written.output.Attributes ?? {}) } as const;
    return { met: false, ...(written.item && { item: fromItem(clientId, written.item) }) } as const;
  }

  function takeFrom(clientId: string, frame: Parameters<CarriageStore['take']>[1], firstAtMs: number) {
    const isNext =
      'connectionId = :connectionId AND nextSequence = :sequence AND attribute_not_exists(closedAtMs)';
    return update(
      clientId,
      'nextSequence = :next, stampedUntilMs = :until, expiresAt = :expiresAt',
      `${isNext} AND stampedUntilMs < :first`,
      {
        ':connectionId': frame.connectionId,
        ':sequence': frame.sequence,
        ':next': frame.sequence + 1,
        ':first': firstAtMs,
        ':until': firstAtMs + frame.packets - 1,
        ':expiresAt': secondsOf(frame.receivedAtMs) + SILENT_SECONDS,
      },
    );
  }

  return {
    async get(clientId) {
      const command = new GetCommand({ TableName: table, Key: keyOf(clientId), ConsistentRead: true });
      const { Item } = await request(`read the carriage of ${clientId}`, client.send(command));
      return Item === undefined ? undefined : fromItem(clientId, Item);
    },

    async open(clientId, { connectionId, receivedAtMs, packets }) {
      const isNewer =
        'attribute_not_exists(clientId) OR (openedAtMs < :atMs AND connectionId <> :connectionId)';
      const command = new PutCommand({
        TableName: table,
        Item: {
          ...keyOf(clientId),
          connectionId,
          openedAtMs: receivedAtMs,
          nextSequence: 1,
          stampedUntilMs: receivedAtMs + packets - 1,
          expiresAt: secondsOf(receivedAtMs) + SILENT_SECONDS,
        },
        ConditionExpression: isNewer,
        ExpressionAttributeValues: { ':atMs': receivedAtMs, ':connectionId': connectionId },
        ReturnValues: 'ALL_OLD',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      const put = await conditional(`open a carriage of ${clientId}`, client.send(command));
      if (!put.met) return { opened: false, current: fromItem(clientId, put.item ?? {}) };
      const { Attributes: previous } = put.output;
      return { opened: true, ...(previous && { previous: fromItem(clientId, previous) }) };
    },

    async take(clientId, frame) {
      let firstAtMs = frame.receivedAtMs;
      let taken = await takeFrom(clientId, frame, firstAtMs);
      const known = taken.item;
      if (!taken.met && known !== undefined && known.stampedUntilMs >= firstAtMs) {
        // Receive times rise within a connection, also when its packets come faster than milliseconds.
        firstAtMs = known.stampedUntilMs + 1;
        taken = await takeFrom(clientId, frame, firstAtMs);
      }
      if (!taken.met) return { taken: false, ...(taken.item && { current: taken.item }) };
      const { context } = taken.item;
      return { taken: true, firstAtMs, ...(context !== undefined && { context }) };
    },

    async keepContext(clientId, connectionId, context) {
      await update(clientId, 'context = :context', 'connectionId = :connectionId', {
        ':context': context,
        ':connectionId': connectionId,
      });
    },

    async close(clientId, { connectionId, reason, atMs }) {
      const isOpen = 'attribute_not_exists(closedAtMs)';
      const isMeant = connectionId === undefined ? 'openedAtMs <= :atMs' : 'connectionId = :connectionId';
      const ended = await update(
        clientId,
        'closedReason = :reason, closedAtMs = :atMs, expiresAt = :expiresAt',
        `${isMeant} AND ${isOpen}`,
        {
          ':reason': reason,
          ':atMs': atMs,
          ':expiresAt': secondsOf(atMs) + CLOSED_SECONDS,
          ...(connectionId !== undefined && { ':connectionId': connectionId }),
        },
      );
      if (ended.met) return { closed: true, carriage: ended.item };
      return { closed: false, ...(ended.item && { current: ended.item }) };
    },
  };
}

function secondsOf(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}

function fromItem(clientId: string, item: Item): Carriage {
  const { connectionId, openedAtMs, nextSequence, stampedUntilMs, context, closedReason, closedAtMs } =
    item as unknown as Carriage & { closedReason?: string; closedAtMs?: number };
  return {
    clientId,
    connectionId,
    openedAtMs,
    nextSequence,
    stampedUntilMs,
    ...(context !== undefined && { context }),
    ...(closedReason !== undefined &&
      closedAtMs !== undefined && { closed: { reason: closedReason, atMs: closedAtMs } }),
  };
}
