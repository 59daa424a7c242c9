import type { LoggedMessage, QoS } from '#session/message';

/** A message on its way to one client, with the QoS that publication and subscription allow. */
export interface PendingMessage extends LoggedMessage {
  readonly deliveryQos: QoS;
}

export interface LogStream<Logged extends LoggedMessage = LoggedMessage> {
  readonly messages: AsyncIterable<Logged>;
  /** Of the subscription. */
  readonly qos: QoS;
}

/** Message ids remembered within a run, so that a message appended twice is delivered once. */
const REMEMBERED_IDS = 10_000;

interface Head<Logged> {
  readonly iterator: AsyncIterator<Logged>;
  readonly qos: QoS;
  message: Logged;
}

async function startStream<Logged extends LoggedMessage>({
  messages,
  qos,
}: LogStream<Logged>): Promise<Head<Logged> | undefined> {
  const iterator = messages[Symbol.asyncIterator]();
  const first = await iterator.next();
  return first.done ? undefined : { iterator, qos, message: first.value };
}

function higher(one: QoS, other: QoS): QoS {
  return one < other ? other : one;
}

function lower(one: QoS, other: QoS): QoS {
  return one < other ? one : other;
}

/**
 * One client's messages from the logs of its filters, in order of position. A message that several filters
 * match comes once, with the highest QoS among them. [MQTT-3.3.4-2]
 */
export async function* merge<Logged extends LoggedMessage>(
  streams: readonly LogStream<Logged>[],
): AsyncGenerator<Logged & PendingMessage> {
  const heads = (await Promise.all(streams.map(startStream))).filter((head) => head !== undefined);
  const seen = new Set<string>();
  while (heads.length > 0) {
    const next = heads.reduce((one, other) => (other.message.position < one.message.position ? other : one));
    const { position, messageId } = next.message;
    const same = heads.filter(
      (head) => head.message.position === position && head.message.messageId === messageId,
    );
    const qos = same.reduce<QoS>((highest, head) => higher(highest, head.qos), 0);
    if (!seen.has(messageId)) yield { ...next.message, deliveryQos: lower(next.message.qos, qos) };
    seen.add(messageId);
    if (seen.size > REMEMBERED_IDS) seen.delete(seen.values().next().value ?? '');
    for (const head of same) {
      const following = await head.iterator.next();
      if (following.done) heads.splice(heads.indexOf(head), 1);
      else head.message = following.value;
    }
  }
}
