import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Position } from '#session/position';
import type { FurtherLook } from './messages/further-look.ts';

/** Asks for a delivery run. */
export interface DeliveryRequest {
  readonly clientId: string;
  /** The connection it is for; a newer one has a request of its own. */
  readonly sessionIdentifier?: string | undefined;
  /** Runs in a row that could not deliver anything. */
  readonly attempt: number;
  /** All that a returned client is owed, or only what was appended late since. */
  readonly purpose: 'catchUp' | 'stragglers';
}

/** A look-up that failed, or a declaration that came before its connection. */
export type LookUpRequest =
  | { readonly kind: 'lookUp'; readonly clientId: string; readonly attempt: number }
  | { readonly kind: 'event'; readonly event: unknown; readonly attempt: number };

/** Looks whether a route still has a subscriber; in two steps, since the index may lag behind. */
export interface RouteCheck {
  readonly filter: string;
  readonly step: 'mark' | 'confirm';
}

/** Messages wait for a connection that AWS IoT Core carries, a newer one has taken it over, or an operator ends it. */
export interface SignalRequest {
  readonly kind: 'look' | 'takenOver' | 'close';
  readonly clientId: string;
  readonly connectionId: string;
  readonly filters?: readonly string[];
}

/** The will of a connection that has ended is due, now or later. */
export interface WillRequest {
  readonly kind: 'will';
  readonly clientId: string;
  /** Whose will it is. */
  readonly connectionId: string;
  /** The session item was removed while it still held the will: this is what it said. */
  readonly removed?: {
    readonly position: Position;
    /** When it was due, epoch milliseconds. */
    readonly atMs: number;
  };
}

/** Looks whether a listener process still lives. */
export interface ListenerCheck {
  readonly kind: 'listenerCheck';
  /** The URL of its queue. */
  readonly address: string;
  /** It is gone, and was last heard of then, epoch milliseconds: what it has left open is being ended. */
  readonly goneSinceMs?: number;
  /** In the list of connected sessions: those up to there have been looked at. */
  readonly after?: string;
}

/** A client whose packets AWS IoT Core carries is not connected to it any more. */
export interface CarrierEnd {
  readonly kind: 'carrierEnded';
  readonly clientId: string;
  /** The broker's disconnectReason. */
  readonly reason: string;
  readonly atMs: number;
}

/** The session of a client that was a member of share groups has ended. */
export interface MemberEnd {
  readonly kind: 'memberEnded';
  readonly clientId: string;
  readonly incarnation: string;
  /** In the client's own log: what lies before it has been given to other members already. */
  readonly from?: Position;
}

/** The next part of a background operation. */
export interface OperationRequest {
  readonly operationId: string;
}

export interface QueueUrls {
  readonly deliveries?: string;
  readonly lookUps?: string;
  readonly routeChecks?: string;
  readonly unrouted?: string;
  readonly packetRequests?: string;
  readonly operations?: string;
  readonly deadLetters?: string;
}

/** Longest delay of an SQS message. */
const MAXIMUM_DELAY_SECONDS = 900;
/** An SQS message of 1 MiB is allowed, a dead letter needs only enough to be understood and sent again. */
const MAXIMUM_BODY_BYTES = 256 * 1024;

/** Work asked of later runs, through SQS. A request that is lost with its sender is made again by the event's retry. */
export class Requests {
  readonly #client: SQSClient;
  readonly #urls: QueueUrls;

  constructor(client: SQSClient, urls: QueueUrls) {
    this.#client = client;
    this.#urls = urls;
  }

  async delivery(request: DeliveryRequest, delaySeconds = 0): Promise<void> {
    await this.#send('deliveries', request, delaySeconds);
  }

  async lookUp(request: LookUpRequest, delaySeconds: number): Promise<void> {
    await this.#send('lookUps', request, delaySeconds);
  }

  async routeCheck(check: RouteCheck, delaySeconds: number): Promise<void> {
    await this.#send('routeChecks', check, delaySeconds);
  }

  async signal(request: SignalRequest): Promise<void> {
    await this.#send('packetRequests', request, 0);
  }

  async will(request: WillRequest, delaySeconds: number): Promise<void> {
    await this.#send('packetRequests', request, delaySeconds);
  }

  async listenerCheck(check: ListenerCheck, delaySeconds: number): Promise<void> {
    await this.#send('packetRequests', check, delaySeconds);
  }

  async carrierEnded(end: CarrierEnd): Promise<void> {
    await this.#send('packetRequests', end, 0);
  }

  async memberEnded(end: MemberEnd): Promise<void> {
    await this.#send('packetRequests', end, 0);
  }

  async operation(request: OperationRequest): Promise<void> {
    await this.#send('operations', request, 0);
  }

  /** An operator has an event handled again that was given up. */
  async again(queue: keyof QueueUrls, body: unknown): Promise<void> {
    await this.#send(queue, body, 0);
  }

  /** A message that no filter matched yet. */
  async furtherLook({ event, delaySeconds }: FurtherLook): Promise<void> {
    await this.#send('unrouted', event, delaySeconds);
  }

  /** Keeps what could not be handled, with the reason, for an operator. */
  async deadLetter(source: string, event: unknown, error: Error): Promise<void> {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    const letter = { source, reason: { code, message: error.message }, event };
    const body = JSON.stringify(letter);
    const fits = Buffer.byteLength(body) <= MAXIMUM_BODY_BYTES;
    const cut = { ...letter, event: `${JSON.stringify(event)?.slice(0, MAXIMUM_BODY_BYTES / 8)}…` };
    await this.#send('deadLetters', fits ? letter : cut, undefined);
  }

  async #send(queue: keyof QueueUrls, body: unknown, delaySeconds: number | undefined): Promise<void> {
    const url = this.#urls[queue];
    if (url === undefined)
      throw new Error(
        `Asked of the queue ${queue}, whose URL this function was not given; give it to Requests`,
      );
    await this.#client.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: JSON.stringify(body),
        ...(delaySeconds !== undefined && {
          DelaySeconds: Math.min(Math.max(Math.ceil(delaySeconds), 0), MAXIMUM_DELAY_SECONDS),
        }),
      }),
    );
  }
}

/** Seconds to wait before the next attempt: doubling, at most a quarter of an hour. */
export function backoffSeconds(
  attempt: number,
  firstSeconds: number,
  maximumSeconds = MAXIMUM_DELAY_SECONDS,
): number {
  return Math.min(firstSeconds * 2 ** Math.max(attempt - 1, 0), maximumSeconds);
}
