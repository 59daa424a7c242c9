import type { SendOutcome } from '#broker/broker';
import { type CarriageEvent, readCarriageEvent } from '#carrier/carriage-event';
import type { CarrierDependencies } from '#carrier/dependencies';
import { handleCarriage } from '#carrier/handle-carriage';
import {
  connectionIdOf,
  type DownFrame,
  decodeDown,
  encodeUp,
  type UpFrame,
} from '#packets/carrying/carriage';
import type { ConnectionContext, PacketsRequest, PacketsResponse } from '#packets/carrying/exchange';
import { memoryCarriages } from './memory-carriages.ts';

export const T = 1_800_000_000_000;
export const CLIENT_ID = 'device 7';
export const PINGREQ = Buffer.of(0xc0, 0);

/** Of an accepted connection. */
export function contextFor(protocolVersion: 4 | 5): ConnectionContext {
  return {
    clientId: CLIENT_ID,
    incarnation: '1',
    protocolVersion,
    connectedAtMs: T,
    keepAliveSeconds: 60,
    receiveMaximum: 10,
    requestProblemInformation: true,
    sessionExpiryInterval: 0,
  };
}

/** The service without its packet edge, which answers as it is told. */
export class Service {
  readonly requests: PacketsRequest[] = [];
  /** What the device was sent. */
  readonly down: { readonly topic: string; readonly frame: DownFrame }[] = [];
  /** What becomes of direct messages; delivered when there is nothing more. */
  readonly sendOutcomes: SendOutcome[] = [];
  answer: (request: PacketsRequest) => PacketsResponse = () => ({ packets: [], context: contextFor(5) });
  nowMs = T;
  isCarried = true;
  readonly dependencies: CarrierDependencies = {
    carriages: memoryCarriages(),
    packets: async (request) => {
      this.requests.push(request);
      return this.answer(request);
    },
    isCarried: () => this.isCarried,
    downTopic: (clientId) => `mqtt-sessions/${clientId}/down`,
    clock: () => this.nowMs,
    sleep: async () => {},
    broker: {
      connection: async () => ({ outcome: 'unknownClient' }),
      subscriptions: async () => ({ outcome: 'unknownClient' }),
      send: async (_, { topic, payload }) => {
        const outcome = this.sendOutcomes.shift() ?? 'delivered';
        const decoded = decodeDown(payload);
        if (outcome === 'delivered' && decoded.ok) this.down.push({ topic, frame: decoded.frame });
        return outcome;
      },
    },
  };

  /** A frame as the rule hands it over. */
  async frame(frame: Partial<UpFrame> & Pick<UpFrame, 'connection'>, atMs = T, clientId = CLIENT_ID) {
    const bytes = encodeUp({ sequence: 0, kind: 'packets', packets: PINGREQ, ...frame });
    return this.bytes(bytes, atMs, clientId);
  }

  async bytes(bytes: Uint8Array, timestamp = T, clientId = CLIENT_ID) {
    const data = Buffer.from(bytes).toString('base64');
    const read = readCarriageEvent({ kind: 'carriage', data, clientId, timestamp, principal: 'certificate' });
    if (!read.ok) throw new Error(read.reason);
    return handleCarriage(read.event satisfies CarriageEvent, this.dependencies);
  }

  /** Opens a connection, and gives its identifier. */
  async open(nonce: string, atMs = T): Promise<string> {
    await this.frame({ connection: nonce, kind: 'open' }, atMs);
    return connectionIdOf(CLIENT_ID, nonce);
  }
}
