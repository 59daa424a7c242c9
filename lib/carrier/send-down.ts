import type { SendOutcome } from '#broker/broker';
import { type DownFrame, encodeDown, MAXIMUM_CARRIED_PACKET_BYTES } from '#packets/carrying/carriage';
import type { PacketsResponse } from '#packets/carrying/exchange';
import type { CarrierDependencies } from './dependencies.ts';
import { lookFor } from './look.ts';

/** The pauses before a frame that the broker did not take is sent again. */
const PAUSES_MS = [50, 200, 800, 2_000];
/** How often, by why. A device that is not connected may be so only since a moment ago, for a part of the broker. */
const RETRIES: Partial<Record<SendOutcome, number>> = {
  throttled: 4,
  unavailable: 4,
  timedOut: 4,
  notConnected: 2,
};

const NOTHING = new Uint8Array();
const PLAIN = { sequence: 0, part: 0, isLast: true, close: false, reasonCode: 0 } as const;

/**
 * Answers one frame, in as many parts as it takes. An answer that is lost ends the connection: the device
 * waits for it in vain.
 */
export async function answerFrame(
  clientId: string,
  frame: { readonly connection: string; readonly sequence: number },
  response: Pick<PacketsResponse, 'packets' | 'close' | 'lookAfterMs'>,
  dependencies: CarrierDependencies,
): Promise<SendOutcome> {
  const parts = partsOf(response.packets.map((packet) => Buffer.from(packet, 'base64')));
  for (const [part, packets] of parts.entries()) {
    const isLast = part === parts.length - 1;
    const down: DownFrame = {
      ...PLAIN,
      ...frame,
      kind: 'answer',
      part,
      isLast,
      close: isLast && response.close === true,
      ...(isLast && response.lookAfterMs !== undefined && { lookAfterMs: response.lookAfterMs }),
      packets,
    };
    const outcome = await sendDown(clientId, down, dependencies);
    if (outcome !== 'delivered') return outcome;
  }
  return 'delivered';
}

/** Tells the device that a connection of its has ended, or that there is none. */
export function closeConnection(
  clientId: string,
  end: Pick<DownFrame, 'connection' | 'reasonCode'> & { readonly packets?: Uint8Array },
  dependencies: CarrierDependencies,
): Promise<SendOutcome> {
  return sendDown(
    clientId,
    { ...PLAIN, kind: 'signal', close: true, packets: NOTHING, ...end },
    dependencies,
  );
}

/** Tells the device that something waits. One that is lost delays a message, it loses none. */
export function signalLook(
  clientId: string,
  {
    connectionId,
    filters,
  }: { readonly connectionId: string; readonly filters?: readonly string[] | undefined },
  dependencies: CarrierDependencies,
): Promise<SendOutcome> {
  const look = lookFor(filters);
  const frame: DownFrame = { ...PLAIN, kind: 'signal', connection: connectionId, look, packets: NOTHING };
  return sendDown(clientId, frame, dependencies);
}

/**
 * Without confirmation: what is lost between the broker and a connected device is noticed by the device, and
 * a device that is not connected has nothing to lose.
 */
async function sendDown(
  clientId: string,
  frame: DownFrame,
  { broker, downTopic, sleep }: CarrierDependencies,
): Promise<SendOutcome> {
  const message = { topic: downTopic(clientId), payload: encodeDown(frame) };
  let outcome = await broker.send(clientId, message, false);
  for (const [retry, pauseMs] of PAUSES_MS.entries()) {
    if (retry >= (RETRIES[outcome] ?? 0)) return outcome;
    await sleep(pauseMs);
    outcome = await broker.send(clientId, message, false);
  }
  return outcome;
}

/** Whole packets, as many as fit in each part; at least one part, since its header says enough. */
function partsOf(packets: readonly Buffer[]): Buffer[] {
  const parts: Buffer[][] = [[]];
  let bytes = 0;
  for (const packet of packets) {
    if (bytes > 0 && bytes + packet.length > MAXIMUM_CARRIED_PACKET_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(packet);
    bytes += packet.length;
  }
  return parts.map((part) => Buffer.concat(part));
}
