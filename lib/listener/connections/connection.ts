import { randomUUID } from 'node:crypto';
import type {
  CloseReason,
  ConnectionContext,
  PacketsRequest,
  PacketsResponse,
  Signal,
} from '#packets/carrying/exchange';
import { Framing } from '#packets/parsing/framing';
import { REASON_CODES } from '#packets/reason-codes';
import type { ProtocolVersion } from '#packets/types';
import type { Limits } from '../configuration/options.ts';
import type { Log, PacketsFunction } from '../ports.ts';
import type { Transport, TransportObserver } from '../sockets/transport.ts';
import type { Admittance } from './authorization.ts';
import { HandOver } from './hand-over.ts';
import { Outgoing } from './outgoing.ts';
import { disconnectOf, isPingRequest, mayBeginConnect, protocolVersionOf, refusalOf } from './own-packets.ts';

/** What all connections of a listener share. */
export interface Surroundings {
  readonly packets: PacketsFunction;
  readonly admit?: (connect: Uint8Array, connection: PacketsRequest['connection']) => Promise<Admittance>;
  readonly carrier: PacketsRequest['connection']['carrier'];
  readonly limits: Limits;
  readonly log: Log;
  /** Takes signals that an answer holds for other connections. */
  readonly signal: (signal: Signal) => void;
  /** Nothing more is to be done for the connection, and it may be forgotten. */
  readonly settled: (connection: Connection) => void;
}

/** One network connection: its byte stream on one side, the function on the other. */
export class Connection implements TransportObserver {
  readonly id = randomUUID();
  private readonly transport: Transport;
  private readonly surroundings: Surroundings;
  private readonly framing: Framing;
  private readonly handOver: HandOver;
  private readonly outgoing: Outgoing;
  /** Until CONNECT has come: its time limit. Once it is accepted: the keep alive. */
  private timer: NodeJS.Timeout | undefined;
  /** Packets are taken from the client and written to it. */
  private open = true;
  private reading = true;
  private begun = false;
  private connectReceived = false;
  private accepted = false;
  /** Of its CONNECT; undefined before, and for one that nobody understands. */
  private protocolVersion: ProtocolVersion | undefined;
  /** Why nothing is read any more; said to the client after the answers to what it sent before. */
  private malformed: number | undefined;

  constructor(transport: Transport, surroundings: Surroundings) {
    const { limits, admit, packets, carrier, log } = surroundings;
    const { remoteAddress, principal } = transport;
    const connection = {
      id: this.id,
      carrier,
      ...(remoteAddress !== undefined && { remoteAddress }),
      ...(principal !== undefined && { principal }),
    };
    this.transport = transport;
    this.surroundings = surroundings;
    this.framing = new Framing(limits.maximumPacketBytes);
    const admission = admit && { admit: (connect: Uint8Array) => admit(connect, connection) };
    this.handOver = new HandOver({ packets, connection, limits, log, ...admission }, this);
    this.outgoing = new Outgoing(transport, limits, this);
    this.timer = setTimeout(() => this.end('CLIENT_ERROR'), limits.connectTimeoutMs);
  }

  /* From the network. */

  received(chunk: Uint8Array): void {
    if (!this.open || this.malformed !== undefined || chunk.length === 0) return;
    if (!this.begun && !mayBeginConnect(chunk)) {
      this.end('CLIENT_ERROR');
      return;
    }
    this.begun = true;
    const { packets, failure } = this.framing.push(chunk);
    for (const packet of packets) this.take(packet);
    if (packets.length > 0) this.timer?.refresh();
    this.malformed = failure?.reasonCode;
    if (!this.handOver.isBusy) this.endIfMalformed();
    this.handOver.wake();
    this.adjustReading();
  }

  drained(): void {
    if (this.open) this.outgoing.drained();
  }

  violated(): void {
    this.end('CLIENT_ERROR');
  }

  closed(): void {
    this.stop('CONNECTION_LOST');
  }

  /* From outside. */

  /** Messages wait for the client. */
  look(filters: readonly string[] | undefined): void {
    this.handOver.lookFor(filters === undefined ? {} : { filters });
  }

  /** A newer connection of the client has ended this one, in the session too. [MQTT-3.1.4-3] */
  takenOver(): void {
    this.handOver.forget();
    this.end('SERVER_INITIATED_DISCONNECT', REASON_CODES.sessionTakenOver);
  }

  /** An operator ends it; unlike a takeover, the session hears of it from here. */
  closedByOperator(): void {
    this.end('API_INITIATED_DISCONNECT', REASON_CODES.administrativeAction);
  }

  /** The process stops. */
  shutDown(): void {
    this.end('SERVER_INITIATED_DISCONNECT', REASON_CODES.serverShuttingDown);
  }

  /** As if the process had died. */
  destroy(): void {
    this.handOver.forget();
    this.stop('CONNECTION_LOST');
    this.transport.destroy();
  }

  /* From the side of the function. */

  answered({ packets, close, signals = [] }: PacketsResponse): void {
    for (const signal of signals) this.surroundings.signal(signal);
    if (!this.open) return;
    if (packets.length > 0) {
      this.outgoing.write(Buffer.concat(packets.map((packet) => Buffer.from(packet, 'base64'))));
    }
    if (close) {
      this.transport.end();
      this.stop();
      return;
    }
    const { context, pending } = this.handOver;
    if (!this.accepted && context !== undefined) this.accept(context);
    if (pending.length === 0) this.endIfMalformed();
    this.adjustReading();
  }

  refused(reasonCode: number): void {
    this.end('SERVER_INITIATED_DISCONNECT', reasonCode);
  }

  failing(): void {
    this.end('SERVER_ERROR', REASON_CODES.serverBusy);
  }

  settled(): void {
    this.surroundings.settled(this);
  }

  /* From the side of what is written. */

  stuck(): void {
    this.handOver.hold();
    this.adjustReading();
  }

  freed(): void {
    this.handOver.release();
    this.adjustReading();
  }

  deaf(): void {
    this.stop('CLIENT_ERROR');
    this.transport.destroy();
  }

  private take(packet: Uint8Array): void {
    if (!this.connectReceived) {
      this.connectReceived = true;
      this.protocolVersion = protocolVersionOf(packet);
      clearTimeout(this.timer);
      this.timer = undefined;
    }
    // Nothing of the session hangs on it, and a slow function must not keep it waiting. [MQTT-3.12.4-1]
    if (this.accepted && isPingRequest(packet)) this.outgoing.answerPing();
    else this.handOver.push(packet);
  }

  private accept({ clientId, protocolVersion, keepAliveSeconds }: ConnectionContext): void {
    this.accepted = true;
    const { remoteAddress } = this.transport;
    const details = { connectionId: this.id, clientId, protocolVersion, remoteAddress };
    this.surroundings.log('INFO', 'Connected', details);
    if (keepAliveSeconds === 0) return;
    // One and a half times the keep alive. [MQTT-3.1.2-22]
    this.timer = setTimeout(() => this.missPackets(), keepAliveSeconds * 1500);
  }

  private missPackets(): void {
    // What the client sent in the meantime lies unread.
    if (!this.reading) this.timer?.refresh();
    else this.end('MQTT_KEEP_ALIVE_TIMEOUT', REASON_CODES.keepAliveTimeout);
  }

  private adjustReading(): void {
    const { maximumPendingBytes } = this.surroundings.limits;
    const wanted = this.handOver.pending.bytes <= maximumPendingBytes && !this.outgoing.isStuck;
    if (!this.open || wanted === this.reading) return;
    this.reading = wanted;
    if (wanted) this.transport.resume();
    else this.transport.pause();
  }

  private endIfMalformed(): void {
    if (this.malformed !== undefined) this.end('CLIENT_ERROR', this.malformed);
  }

  /** Ends the network connection from this side; the reason code tells the client why, if it can be told. */
  private end(reason: CloseReason, reasonCode?: number): void {
    if (!this.open) return;
    const farewell = reasonCode === undefined ? undefined : this.farewell(reasonCode);
    if (farewell !== undefined) this.transport.write(farewell);
    this.transport.end();
    this.stop(reason);
  }

  private farewell(reasonCode: number): Uint8Array | undefined {
    const { context } = this.handOver;
    if (context !== undefined) return disconnectOf(reasonCode, context.protocolVersion);
    return this.protocolVersion && refusalOf(reasonCode, this.protocolVersion);
  }

  /** Without a reason: the function itself has ended it. */
  private stop(reason?: CloseReason): void {
    if (!this.open) return;
    this.open = false;
    clearTimeout(this.timer);
    this.outgoing.stop();
    if (reason !== undefined) this.handOver.close(reason);
    const { clientId } = this.handOver.context ?? {};
    if (clientId === undefined) return;
    const details = { connectionId: this.id, clientId, reason: reason ?? 'ended by the function' };
    this.surroundings.log('INFO', 'Disconnected', details);
  }
}
