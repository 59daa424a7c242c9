import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { appendedInTime, appendTimeMs } from '#session/delivery/append-time';
import type { Flow } from '#session/flow/flow';
import type { Message } from '#session/message';
import { type Position, positionOf, timeOf } from '#session/position';
import { type FlowWrite, flowPut, notWritten } from '../inflight/flow-write.ts';
import { createFlowStore } from '../inflight/flows.ts';
import { type Append, logPuts } from '../messages/log-put.ts';
import { createMessageLog, type MessageLogOptions } from '../messages/message-log.ts';
import type { TableNames } from '../names.ts';
import { transacted } from '../requests/cancellation.ts';
import { untilUncontended } from '../requests/request.ts';
import { ensureFirstLevel, retainedItemOf, retainedPut } from '../retained/retained-put.ts';

/** As many as one transaction of 100 items takes besides the flow and a retained message, stragglers twice. */
const MAXIMUM_APPENDS = 49;
/** Bytes of them: a transaction has 4 MB, and the flow and a retained message up to 400 KB each. */
const MAXIMUM_APPENDED_BYTES = 3_000_000;
/** Writes of others that are under way together: each holds the whole message. */
const AT_ONCE = 16;

export interface Accept {
  /** A message once for each durable filter that it matches. */
  readonly appends: readonly Append[];
  /** The flow in which its packet identifier is entered. */
  readonly flow: Flow;
  readonly expectedRevision: number | undefined;
  /** With RETAIN: it is kept for its topic, unless a newer one is. [MQTT-3.3.1-5] */
  readonly retained?: Message;
}

export type Accepted =
  | (Extract<FlowWrite, { written: true }> & {
      /** The latest time at which one was appended, epoch milliseconds; absent: there were none. */
      readonly appendedAtMs?: number;
    })
  | Extract<FlowWrite, { written: false }>;

/** Takes over messages of QoS 2. */
export interface Acceptance {
  /**
   * Logs the messages, retains one and writes the flow, all or nothing: whatever is retried, a message enters once.
   * Resolves once no reader can pass the messages unseen. [MQTT-4.3.3-8] [MQTT-4.3.3-10]
   *
   * Clients decide how many filters match a topic, and none may keep others from publishing: what one transaction
   * does not take is logged before it. Where that is all that was done, a client that connects anew and sends its
   * message again has it in those logs twice.
   */
  accept(accept: Accept): Promise<Accepted>;
}

/** @example createAcceptance(client, names, { settleSeconds: 4, clock: Date.now }) */
export function createAcceptance(
  client: DynamoDBDocumentClient,
  tables: Pick<TableNames, 'messages' | 'inflight'>,
  options: MessageLogOptions,
): Acceptance {
  const { clock } = options;
  const settleMs = options.settleSeconds * 1000;
  const flows = createFlowStore(client, tables.inflight);
  const log = createMessageLog(client, tables.messages, options);

  /** Undefined when others were at the same items. */
  async function transact(
    accept: Accept,
    positionIn: (append: Append) => Position,
  ): Promise<FlowWrite | undefined> {
    const { appends, flow, expectedRevision, retained } = accept;
    const { stored, put } = flowPut(tables.inflight, flow, expectedRevision);
    const puts = appends.flatMap((append) => logPuts(tables.messages, positionIn(append), append));
    if (retained !== undefined)
      puts.push(retainedPut(tables.messages, retainedItemOf(retained), retained.receivedAtMs));
    const command = new TransactWriteCommand({
      TransactItems: [put, ...puts].map((each) => ({ Put: each })),
      // For the retries of the client: a transaction that was made is not made again.
      ClientRequestToken: randomUUID(),
    });
    const result = await transacted(`accept messages of ${flow.clientId}`, client.send(command));
    switch (result.outcome) {
      case 'done':
        return { written: true, flow: stored };
      case 'conditionFailed':
        return notWritten(result.item);
      case 'conflict':
        return undefined;
      case 'otherConditionFailed':
        return transact(withoutRetained(accept), positionIn);
    }
  }

  return {
    async accept(accept) {
      const { appends, flow, expectedRevision, retained } = accept;
      if (appends.length === 0 && retained === undefined) return flows.write(flow, expectedRevision);
      const together = appends.slice(0, mostTogether(appends));
      const before: Position[] = [];
      for (let first = together.length; first < appends.length; first += AT_ONCE) {
        const some = appends.slice(first, first + AT_ONCE);
        before.push(...(await Promise.all(some.map((append) => log.append(append)))));
      }
      if (retained !== undefined) await ensureFirstLevel(client, tables.messages, retained.topic);
      const startedAtMs = clock();
      const atMsOf = ({ message, notBeforeMs }: Append) =>
        appendTimeMs(message.receivedAtMs, startedAtMs, settleMs, notBeforeMs);
      const write = await untilUncontended(`accept messages of ${flow.clientId}`, () =>
        transact({ ...accept, appends: together }, (append) =>
          positionOf(atMsOf(append), append.message.messageId),
        ),
      );
      if (!write.written) return write;
      const confirmedAtMs = clock();
      // Readers that have taken the message already pass its copy over.
      const late = together.filter((append) => !appendedInTime(atMsOf(append), confirmedAtMs, settleMs));
      const again = await Promise.all(late.map((append) => log.append(append)));
      if (appends.length === 0) return write;
      const appendedAtMs = Math.max(...together.map(atMsOf), ...[...before, ...again].map(timeOf));
      return { ...write, appendedAtMs };
    },
  };
}

function mostTogether(appends: readonly Append[]): number {
  const bytes = Math.max(1, ...appends.map(({ message }) => storedBytes(message)));
  // Each may be a straggler.
  return Math.min(MAXIMUM_APPENDS, Math.floor(MAXIMUM_APPENDED_BYTES / (2 * bytes)));
}

/** About what a message takes in a table. */
function storedBytes({ payload, ...more }: Message): number {
  return payload.byteLength + Buffer.byteLength(JSON.stringify(more));
}

/** A newer message is retained for its topic already. */
function withoutRetained({ retained: _, ...accept }: Accept): Accept {
  return accept;
}
