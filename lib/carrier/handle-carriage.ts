import {
  connectionIdOf,
  decodeUp,
  MAXIMUM_CARRIED_PACKET_BYTES,
  type UpFrame,
} from '#packets/carrying/carriage';
import type { ConnectionContext, PacketsRequest, PacketsResponse } from '#packets/carrying/exchange';
import { receiveTimes } from '#packets/carrying/receive-times';
import { REASON_CODES } from '#packets/reason-codes';
import type { Carriage } from '#store/inflight/carriages';
import type { CarriageEvent } from './carriage-event.ts';
import type { CarrierDependencies } from './dependencies.ts';
import { CLOSED_BY_SERVICE, endCarriage, tellEnded } from './end-carriage.ts';
import { lookFrom } from './look.ts';
import { answerFrame, closeConnection } from './send-down.ts';
import { splitPackets } from './split-packets.ts';

/** A device has long given up waiting for the answer to an older frame. */
const LATEST_MS = 60_000;

export type CarriageOutcome =
  | 'answered'
  /** The device ended the connection without DISCONNECT. */
  | 'closed'
  /** It came a second time: who took it first answers it. */
  | 'repeated'
  /** Of a connection that a newer one has replaced. */
  | 'overtaken'
  | 'tooLate'
  /** Of no open connection, or not the next one: the device was told that the connection has ended. */
  | 'outOfSequence'
  /** The configuration does not have this client carried. */
  | 'notCarried'
  /** The packet edge failed: the device was told to connect again. */
  | 'failed'
  /** Handled, but the broker could not give the answer to the device. */
  | 'unanswered'
  /** Nothing can be made of it. */
  | 'refused';

export interface Handled {
  readonly outcome: CarriageOutcome;
  readonly reason?: string;
}

interface Taken {
  readonly frame: UpFrame;
  readonly connectionId: string;
  readonly packets: readonly Uint8Array[];
  readonly firstAtMs: number;
  readonly context?: string;
  /** The connection that this one replaces. */
  readonly previous?: Carriage;
}

/**
 * One frame of a device. It is taken by a conditional write before it is handled, so it is handled at most
 * once, and the device sends the next one when this one was answered: packets cannot change places and no
 * two instances handle the same ones. Where an instance dies between the two, the device waits in vain,
 * connects again, and the session resumes; nothing is guessed.
 */
export async function handleCarriage(
  event: CarriageEvent,
  dependencies: CarrierDependencies,
): Promise<Handled> {
  const { clientId, timestamp } = event;
  const decoded = decodeUp(Buffer.from(event.data, 'base64'));
  if (!decoded.ok)
    return { outcome: 'refused', reason: `A frame came that cannot be read: ${decoded.reason}` };
  const { frame } = decoded;
  if (dependencies.clock() - timestamp > LATEST_MS) return { outcome: 'tooLate' };
  const connectionId = frame.kind === 'open' ? connectionIdOf(clientId, frame.connection) : frame.connection;
  const close = (reasonCode: number) =>
    closeConnection(clientId, { connection: connectionId, reasonCode }, dependencies);
  if (!dependencies.isCarried(clientId)) {
    await close(REASON_CODES.notAuthorized);
    return { outcome: 'notCarried' };
  }
  if (frame.kind === 'close') {
    await endCarriage(clientId, { connectionId, reason: 'CONNECTION_LOST', atMs: timestamp }, dependencies);
    return { outcome: 'closed' };
  }
  const packets = splitPackets(frame.packets);
  if (packets === undefined) {
    await close(REASON_CODES.malformedPacket);
    return { outcome: 'refused', reason: 'A frame came that does not hold whole control packets' };
  }
  const taken = await take(event, { frame, connectionId, packets }, dependencies);
  if (typeof taken === 'string') {
    if (taken === 'outOfSequence') await close(REASON_CODES.protocolError);
    return { outcome: taken };
  }
  return handleTaken(event, taken, dependencies);
}

async function take(
  { clientId, timestamp: receivedAtMs }: CarriageEvent,
  arrived: Pick<Taken, 'frame' | 'connectionId' | 'packets'>,
  { carriages }: CarrierDependencies,
): Promise<Taken | 'repeated' | 'overtaken' | 'outOfSequence'> {
  const { connectionId, frame, packets } = arrived;
  const toldApart = new Set(receiveTimes(packets, receivedAtMs)).size;
  const wanted = { connectionId, receivedAtMs, packets: toldApart };
  if (frame.kind === 'open') {
    const opened = await carriages.open(clientId, wanted);
    if (opened.opened) {
      return { ...arrived, firstAtMs: receivedAtMs, ...(opened.previous && { previous: opened.previous }) };
    }
    return opened.current.connectionId === connectionId ? 'repeated' : 'overtaken';
  }
  const { sequence } = frame;
  const taken = await carriages.take(clientId, { ...wanted, sequence });
  if (taken.taken) return { ...arrived, ...taken };
  const { current } = taken;
  if (current?.connectionId !== connectionId) return 'outOfSequence';
  return sequence < current.nextSequence ? 'repeated' : 'outOfSequence';
}

async function handleTaken(
  { clientId, principal, timestamp }: CarriageEvent,
  taken: Taken,
  dependencies: CarrierDependencies,
): Promise<Handled> {
  const { frame, connectionId, packets, firstAtMs } = taken;
  const { carriages } = dependencies;
  const atMs = receiveTimes(packets, firstAtMs);
  const request: PacketsRequest = {
    connection: {
      id: connectionId,
      carrier: { kind: 'iot' },
      clientId,
      maximumPacketSize: MAXIMUM_CARRIED_PACKET_BYTES,
      ...(principal !== undefined && { principal }),
    },
    ...(taken.context !== undefined && { context: JSON.parse(taken.context) as ConnectionContext }),
    packets: packets.map((packet, index) => ({
      data: Buffer.from(packet).toString('base64'),
      receivedAtMs: atMs[index] ?? firstAtMs,
    })),
    ...(frame.look !== undefined && { look: lookFrom(frame.look) }),
  };
  let response: PacketsResponse;
  try {
    response = await dependencies.packets(request);
  } catch (error) {
    await closeConnection(
      clientId,
      { connection: connectionId, reasonCode: REASON_CODES.serverBusy },
      dependencies,
    );
    return { outcome: 'failed', reason: String(error) };
  }
  if (response.close === true) {
    await carriages.close(clientId, { connectionId, reason: CLOSED_BY_SERVICE, atMs: timestamp });
    // One that never stood has not taken over what it replaced.
    if (response.context === undefined && taken.previous !== undefined) {
      await tellEnded(taken.previous, { reason: 'CONNECTION_LOST', atMs: timestamp }, dependencies);
    }
  } else if (response.context !== undefined) {
    const context = JSON.stringify(response.context);
    if (context !== taken.context) await carriages.keepContext(clientId, connectionId, context);
  }
  const down = { connection: connectionId, sequence: frame.sequence };
  const sent = await answerFrame(clientId, down, response, dependencies);
  return sent === 'delivered' ? { outcome: 'answered' } : { outcome: 'unanswered', reason: sent };
}
