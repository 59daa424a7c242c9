import type { Flow, Outbound } from './flow.ts';

/** Our own limit on QoS 1 and 2 messages that one client has not acknowledged: it bounds the flow's item. */
export const SEND_WINDOW = 64;

const LARGEST_PACKET_ID = 65_535;
/** Reason codes from here on are failures. (MQTT 5.0, 2.4) */
const FIRST_FAILURE = 0x80;
const SUCCESS = 0x00;
const PACKET_IDENTIFIER_NOT_FOUND = 0x92;

export type Acknowledgement = {
  readonly cmd: 'puback' | 'pubrec' | 'pubcomp';
  readonly packetId: number;
  readonly reasonCode: number;
};

export interface Pubrel {
  readonly cmd: 'pubrel';
  readonly packetId: number;
  readonly reasonCode: typeof SUCCESS | typeof PACKET_IDENTIFIER_NOT_FOUND;
}

export interface Acknowledged {
  readonly flow: Flow;
  /**
   * `completed`: the handshake has ended, the packet identifier is free. `released`: PUBREC came first.
   * `repeated` and `unknown`: the flow is as it was.
   */
  readonly outcome: 'completed' | 'released' | 'repeated' | 'unknown';
  readonly reply?: Pubrel;
}

/** How many more QoS 1 and 2 messages may be sent now. [MQTT-3.3.4-9] [MQTT-4.9.0-2] */
export function quotaOf(flow: Flow, receiveMaximum: number): number {
  return Math.max(0, Math.min(receiveMaximum, SEND_WINDOW) - flow.outbound.length);
}

/** Enters a message that is sent for the first time, under a packet identifier of its own. [MQTT-2.2.1-4] */
export function send(
  flow: Flow,
  message: Omit<Outbound, 'packetId' | 'state'>,
): { readonly flow: Flow; readonly packetId: number } {
  const packetId = unusedPacketId(flow);
  const outbound = [...flow.outbound, { packetId, state: 'publish' as const, ...message }];
  return { flow: unconfirmed({ ...flow, outbound, lastPacketId: packetId }, packetId), packetId };
}

/** Enters that a message, and all after it that were sent already, go with the answer that is being made. */
export function unconfirmed(flow: Flow, packetId: number): Flow {
  return { ...flow, unconfirmedFrom: flow.unconfirmedFrom ?? packetId };
}

/** The client has been sent what the last answer said: that one was received. */
export function confirm({ unconfirmedFrom: _, ...flow }: Flow): Flow {
  return flow;
}

/** The last answer was lost: what it was to send is to be sent again. */
export function sendAgain({ unconfirmedFrom, ...flow }: Flow): Flow {
  return unconfirmedFrom === undefined ? flow : { ...flow, resendFrom: unconfirmedFrom };
}

/** Counts on from the last one, so that a late acknowledgement does not meet a new message. */
function unusedPacketId({ outbound, lastPacketId }: Flow): number {
  const used = new Set(outbound.map(({ packetId }) => packetId));
  let packetId = following(lastPacketId);
  // Comes to an end: the send window is far smaller than the number of identifiers.
  while (used.has(packetId)) packetId = following(packetId);
  return packetId;
}

const following = (packetId: number): number => (packetId % LARGEST_PACKET_ID) + 1;

/** What a PUBACK, PUBREC or PUBCOMP of the client does to the message that it acknowledges. */
export function acknowledge(flow: Flow, acknowledgement: Acknowledgement): Acknowledged {
  const { cmd, packetId } = acknowledgement;
  const entry = flow.outbound.find((each) => each.packetId === packetId);
  switch (cmd) {
    case 'puback':
      return entry?.qos === 1 ? receivePuback(flow, acknowledgement) : { flow, outcome: 'unknown' };
    case 'pubcomp':
      return entry?.state === 'pubrel'
        ? complete(countDelivered(flow), packetId)
        : { flow, outcome: 'unknown' };
    case 'pubrec':
      return receivePubrec(flow, entry, acknowledgement);
  }
}

/** One more message has reached the client. */
export function countDelivered(flow: Flow): Flow {
  return { ...flow, delivered: (flow.delivered ?? 0) + 1 };
}

function receivePuback(flow: Flow, { packetId, reasonCode }: Acknowledgement): Acknowledged {
  return complete(reasonCode >= FIRST_FAILURE ? flow : countDelivered(flow), packetId);
}

function receivePubrec(
  flow: Flow,
  entry: Outbound | undefined,
  { packetId, reasonCode }: Acknowledgement,
): Acknowledged {
  const refused = reasonCode >= FIRST_FAILURE;
  if (entry?.qos !== 2) {
    // The client has let go of the message already if it refused it: there is nothing to release.
    if (refused) return { flow, outcome: 'unknown' };
    return { flow, outcome: 'unknown', reply: pubrel(packetId, PACKET_IDENTIFIER_NOT_FOUND) };
  }
  // [MQTT-4.4.0-2]
  if (refused) return complete(flow, packetId);
  // [MQTT-4.3.3-4]
  const reply = pubrel(packetId, SUCCESS);
  if (entry.state === 'pubrel') return { flow, outcome: 'repeated', reply };
  const outbound = flow.outbound.map((each) =>
    each === entry ? { ...each, state: 'pubrel' as const } : each,
  );
  return { flow: { ...flow, outbound }, outcome: 'released', reply };
}

function pubrel(packetId: number, reasonCode: Pubrel['reasonCode']): Pubrel {
  return { cmd: 'pubrel', packetId, reasonCode };
}

function complete(flow: Flow, packetId: number): Acknowledged {
  return { flow: without(flow, packetId), outcome: 'completed' };
}

/** Frees the packet identifier; what is to be sent again from there on begins with the next one. */
export function without(flow: Flow, packetId: number): Flow {
  const index = flow.outbound.findIndex((each) => each.packetId === packetId);
  const outbound = flow.outbound.toSpliced(index, 1);
  const next = outbound[index]?.packetId;
  const { resendFrom, unconfirmedFrom, ...rest } = flow;
  const resend = resendFrom === packetId ? next : resendFrom;
  const confirmation = unconfirmedFrom === packetId ? next : unconfirmedFrom;
  return {
    ...rest,
    outbound,
    ...(resend !== undefined && { resendFrom: resend }),
    ...(confirmation !== undefined && { unconfirmedFrom: confirmation }),
  };
}
