import type {
  BrokerConnection,
  BrokerSubscription,
  DirectMessage,
  DisconnectingBroker,
  DisconnectOutcome,
  LookUp,
  SendOutcome,
} from '#broker/broker';

/** A broker that answers what a test tells it to. */
export class FakeBroker implements DisconnectingBroker {
  connectionAnswer: LookUp<BrokerConnection> = {
    outcome: 'found',
    value: { connected: true, cleanSession: true, sessionExpiry: 0, keepAliveSeconds: 60 },
  };
  subscriptionsAnswer: LookUp<readonly BrokerSubscription[]> = { outcome: 'found', value: [] };
  /** After so many messages the client is gone. */
  sendsLeft = Number.POSITIVE_INFINITY;
  /** Bytes of a payload that the client takes. */
  largest = Number.POSITIVE_INFINITY;
  disconnectAnswer: DisconnectOutcome = { outcome: 'closed' };
  readonly disconnected: { readonly clientId: string; readonly cleanSession: boolean }[] = [];
  readonly sent: { readonly clientId: string; readonly message: DirectMessage; readonly confirm: boolean }[] =
    [];

  async connection(_clientId: string): Promise<LookUp<BrokerConnection>> {
    return this.connectionAnswer;
  }

  async subscriptions(_clientId: string): Promise<LookUp<readonly BrokerSubscription[]>> {
    return this.subscriptionsAnswer;
  }

  async send(clientId: string, message: DirectMessage, confirm: boolean): Promise<SendOutcome> {
    if (this.sendsLeft <= 0) return 'notConnected';
    if (message.payload.byteLength > this.largest) return 'tooLarge';
    this.sendsLeft -= 1;
    this.sent.push({ clientId, message, confirm });
    return 'delivered';
  }

  async disconnect(clientId: string, cleanSession: boolean): Promise<DisconnectOutcome> {
    this.disconnected.push({ clientId, cleanSession });
    return this.disconnectAnswer;
  }

  grant(...filters: string[]): void {
    this.subscriptionsAnswer = { outcome: 'found', value: filters.map((filter) => ({ filter, qos: 1 })) };
  }

  fail(): void {
    this.connectionAnswer = { outcome: 'unavailable', reason: 'throttled' };
    this.subscriptionsAnswer = { outcome: 'unavailable', reason: 'throttled' };
  }

  /** What was told on a topic, as JSON. */
  told(topic: string): unknown[] {
    const notices = this.sent.filter(({ message }) => message.topic === topic);
    return notices.map(({ message }) => JSON.parse(Buffer.from(message.payload).toString()));
  }
}
