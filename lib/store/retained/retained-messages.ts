import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Message, messageHasExpired } from '#session/message';
import { matches } from '#session/topics/topic-filter';
import { conditional, type Item } from '../requests/request.ts';
import { retainedCandidates } from './retained-candidates.ts';
import { fromItem, removedItem, toItem } from './retained-item.ts';
import { ensureFirstLevel, retainedPut } from './retained-put.ts';

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
  async function replace(item: Item, topic: string, atMs: number): Promise<void> {
    const put = new PutCommand(retainedPut(table, item, atMs));
    await conditional(`retain a message of ${topic}`, client.send(put));
  }

  return {
    async set(message) {
      await ensureFirstLevel(client, table, message.topic);
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
