import { SQSClient } from '@aws-sdk/client-sqs';
import type { FurtherLook } from '#edge/messages/further-look';
import { type CarrierEnd, type MemberEnd, Requests, type SignalRequest } from '#edge/requests';

export interface Recorded {
  readonly queue:
    | 'deliveries'
    | 'lookUps'
    | 'routeChecks'
    | 'unrouted'
    | 'packetRequests'
    | 'operations'
    | 'deadLetters';
  readonly body: unknown;
  readonly delaySeconds?: number;
}

/** Made once, since that takes a while. */
const NO_QUEUES = new SQSClient({ region: 'local' });

/** Keeps what is asked of later runs instead of sending it. */
export class RecordedRequests extends Requests {
  readonly all: Recorded[] = [];

  constructor() {
    super(NO_QUEUES, {});
  }

  of(queue: Recorded['queue']): Recorded[] {
    return this.all.filter((each) => each.queue === queue);
  }

  override async delivery(body: unknown, delaySeconds = 0): Promise<void> {
    this.all.push({ queue: 'deliveries', body, delaySeconds });
  }

  override async lookUp(body: unknown, delaySeconds: number): Promise<void> {
    this.all.push({ queue: 'lookUps', body, delaySeconds });
  }

  override async routeCheck(body: unknown, delaySeconds: number): Promise<void> {
    this.all.push({ queue: 'routeChecks', body, delaySeconds });
  }

  override async will(body: unknown, delaySeconds: number): Promise<void> {
    this.all.push({ queue: 'packetRequests', body, delaySeconds });
  }

  override async listenerCheck(body: unknown, delaySeconds: number): Promise<void> {
    this.all.push({ queue: 'packetRequests', body, delaySeconds });
  }

  override async furtherLook({ event, delaySeconds }: FurtherLook): Promise<void> {
    this.all.push({ queue: 'unrouted', body: event, delaySeconds });
  }

  override async signal(body: SignalRequest): Promise<void> {
    this.all.push({ queue: 'packetRequests', body });
  }

  override async again(queue: Recorded['queue'], body: unknown): Promise<void> {
    this.all.push({ queue, body });
  }

  override async operation(body: unknown): Promise<void> {
    this.all.push({ queue: 'operations', body });
  }

  override async carrierEnded(body: CarrierEnd): Promise<void> {
    this.all.push({ queue: 'packetRequests', body });
  }

  override async memberEnded(body: MemberEnd): Promise<void> {
    this.all.push({ queue: 'packetRequests', body });
  }

  override async deadLetter(source: string, event: unknown, error: Error): Promise<void> {
    this.all.push({ queue: 'deadLetters', body: { source, event, message: error.message } });
  }
}
