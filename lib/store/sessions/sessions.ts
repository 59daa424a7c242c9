import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Session } from '#session/session';
import { getAll } from '../requests/get-all.ts';
import { conditional, request, unlessContended, untilUncontended } from '../requests/request.ts';
import { revisionPut } from '../requests/revision-put.ts';
import { fromItem, toItem } from './session-item.ts';

export { fromItem } from './session-item.ts';

export type SessionWrite =
  | { readonly written: true }
  /** Another write came first; `current` is what it left, absent when the item has been removed. */
  | { readonly written: false; readonly current?: Session };

/** Sessions: one item a client. */
export interface SessionStore {
  /** The item as it stands, also when its session has ended or expired: `exists` decides. */
  get(clientId: string): Promise<Session | undefined>;
  /** Those of these clients that have one, each as it stands, in no order. */
  getMany(clientIds: readonly string[], reading?: SessionReading): Promise<Session[]>;
  /** Replaces the session if it still is at `expectedRevision`, undefined: if there is none. */
  write(session: Session, expectedRevision: number | undefined): Promise<SessionWrite>;
}

export interface SessionReading {
  /** false: usually as it stood a second ago, for half the read units. */
  readonly consistent?: boolean;
}

/** The image of a stream record, as Lambda hands it over. */
export type StreamImage = Parameters<typeof unmarshall>[0];

/** A session from the image of a stream record. */
export function fromImage(image: StreamImage): Session {
  return fromItem(unmarshall(image));
}

/** @example createSessionStore(client, names.sessions) */
export function createSessionStore(client: DynamoDBDocumentClient, table: string): SessionStore {
  return {
    async get(clientId) {
      const command = new GetCommand({ TableName: table, Key: { clientId }, ConsistentRead: true });
      const { Item } = await request(`read the session of ${clientId}`, client.send(command));
      return Item === undefined ? undefined : fromItem(Item);
    },

    async getMany(clientIds, { consistent = true } = {}) {
      const keys = [...new Set(clientIds)].map((clientId) => ({ clientId }));
      return (await getAll(client, table, 'read sessions', keys, consistent)).map(fromItem);
    },

    async write(session, expectedRevision) {
      const command = new PutCommand(revisionPut(table, 'clientId', toItem(session), expectedRevision));
      const doing = `write the session of ${session.clientId}`;
      const put = await untilUncontended(doing, () =>
        unlessContended(conditional(doing, client.send(command))),
      );
      if (put.met) return { written: true };
      return put.item === undefined ? { written: false } : { written: false, current: fromItem(put.item) };
    },
  };
}
