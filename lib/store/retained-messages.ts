import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Message, messageHasExpired } from '#session/message';
import { matches } from '#session/topic-filter';
import { conditional, type Item, request } from './request.ts';
import { readRetained, retainedCandidates } from './retained-candidates.ts';
import { firstLevelKey, firstLevelOf, fromItem, removedItem, toItem } from './retained-item.ts';

/** Retained messages: the newest of each topic. */
export interface RetainedMessages {
  /** Keeps the message for its topic unless a newer one is kept already. [MQTT-3.3.1-5] */
  set(message: Message): Promise<void>;
  /** Keeps none for the topic any more, unless one was received after `receivedAtMs`. [MQTT-3.3.1-6] */
  remove(topic: string, receivedAtMs: number): Promise<void>;
  /** Those whose topics a filter, without `$share`, matches and that have not expired. [MQTT-3.3.1-9] */
  matching(filter: string): AsyncIterable<Message>;
}

export interface RetainedMessagesOptions {
  /** The clock, epoch milliseconds. */
  readonly clock: () => number;
}

/** @example createRetainedMessages(client, names.messages, { clock: Date.now }) */
export function createRetainedMessages(
  client: DynamoDBDocumentClient,
  table: string,
  { clock }: RetainedMessagesOptions,
): RetainedMessages {
  /** Before the message, so that none is there which a filter with a wildcard in front does not find. */
  async function ensureFirstLevel(topic: string): Promise<void> {
    const key = firstLevelKey(firstLevelOf(topic));
    if ((await readRetained(client, table, key)) !== undefined) return;
    const put = new PutCommand({ TableName: table, Item: key });
    await request(`enter the first level of ${topic}`, client.send(put));
  }

  async function replace(item: Item, topic: string, atMs: number): Promise<void> {
    const isFirst = 'attribute_not_exists(#log)';
    // At the same time it is the same message again, or one as new.
    const isNewer = 'receivedAtMs <= :at';
    const put = new PutCommand({
      TableName: table,
      Item: { ...item },
      ConditionExpression: `${isFirst} OR ${isNewer}`,
      ExpressionAttributeNames: { '#log': 'log' },
      ExpressionAttributeValues: { ':at': atMs },
    });
    await conditional(`retain a message of ${topic}`, client.send(put));
  }

  return {
    async set(message) {
      await ensureFirstLevel(message.topic);
      await replace(toItem(message), message.topic, message.receivedAtMs);
    },

    remove: (topic, receivedAtMs) => replace(removedItem(topic, receivedAtMs), topic, receivedAtMs),

    async *matching(filter) {
      for await (const page of retainedCandidates(client, table, filter)) {
        for (const item of page) {
          const message = fromItem(item);
          if (message === undefined || !matches(filter, message.topic)) continue;
          if (!messageHasExpired(message, clock())) yield message;
        }
      }
    },
  };
}
