import type { Broker, DirectMessage, SendOutcome } from '#broker/broker';
import type { DropReason } from '#session/delivery/drop-reasons';
import type { UserProperty } from '#session/message';
import type { PendingMessage } from './merge.ts';
import type { Sleep } from './pace.ts';

/** The user property by which a client knows a message that it has had before. */
const MESSAGE_ID_PROPERTY = 'message-id';

const ATTEMPTS: Readonly<Partial<Record<SendOutcome, number>>> = {
  timedOut: 2,
  throttled: 5,
  unavailable: 4,
};
const FIRST_BACKOFF_MS = 200;

/** Why a run stops: the rest stays where it is for a later run. */
export type StopReason =
  | 'notConnected'
  | 'timedOut'
  | 'throttled'
  | 'unavailable'
  | 'outOfTime'
  | 'leaseLost';

export type Sent =
  /** `redeliveries`: it was sent again so often because no PUBACK had come. */
  | { readonly outcome: 'delivered'; readonly redeliveries: number }
  | { readonly outcome: 'dropped'; readonly reason: DropReason }
  | { readonly outcome: 'stopped'; readonly reason: StopReason };

const DROPPED: Readonly<Partial<Record<SendOutcome, DropReason>>> = {
  notAuthorized: 'notAuthorized',
  tooLarge: 'tooLarge',
  refused: 'refused',
};

function withMessageId(message: PendingMessage): readonly UserProperty[] {
  const properties = message.userProperties ?? [];
  if (properties.some(({ name }) => name === MESSAGE_ID_PROPERTY)) return properties;
  return [...properties, { name: MESSAGE_ID_PROPERTY, value: message.messageId }];
}

function directMessage(message: PendingMessage): DirectMessage {
  return { ...message, userProperties: withMessageId(message) };
}

/**
 * Brings one message to one client: QoS 1 waits for its PUBACK. What may pass is tried again within
 * `mayRetry`; what never will is a drop with its reason; the rest stops the run.
 */
export async function sendToClient(
  broker: Broker,
  clientId: string,
  message: PendingMessage,
  sleep: Sleep,
  mayRetry: () => boolean,
): Promise<Sent> {
  const confirm = message.deliveryQos > 0;
  let redeliveries = 0;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await broker.send(clientId, directMessage(message), confirm);
    if (outcome === 'delivered') return { outcome: 'delivered', redeliveries };
    const dropped = DROPPED[outcome];
    if (dropped !== undefined) return { outcome: 'dropped', reason: dropped };
    const attempts = ATTEMPTS[outcome] ?? 1;
    if (attempt >= attempts || !mayRetry()) return { outcome: 'stopped', reason: outcome as StopReason };
    if (outcome === 'timedOut') redeliveries += 1;
    await sleep(FIRST_BACKOFF_MS * 2 ** (attempt - 1));
  }
}
