import { createHash } from 'node:crypto';
import type { BrokerSession } from './broker-session.ts';
import type { ClientConnection } from './client-connection.ts';
import { ConnectionRecords } from './connection-record.ts';
import { Disturber } from './disturber.ts';
import { hasLifecycleEvents, type LifecycleEvent } from './lifecycle-events.ts';
import type { Message, QoS } from './message.ts';
import type { IotCoreOptions, IotObservation } from './options.ts';
import { RetainedMessages } from './retained.ts';
import { RuleEngine } from './rules/engine.ts';
import { SessionRegistry } from './session-registry.ts';
import { SharedSubscriptions } from './shared-subscriptions.ts';
import { SubscriptionIndex } from './subscription-index.ts';
import { basicIngestOf } from './topic-match.ts';
import { VersionNumbers } from './version-numbers.ts';

const DEFAULTS = {
  persistentSessionExpirySeconds: 3600,
  storedMessagesPerSecond: 10,
  versionResetSeconds: 3600,
} as const;

/** What the handlers of packets and of requests share: who is connected, who wants what, and where it goes. */
export class Broker {
  readonly options: IotCoreOptions & typeof DEFAULTS;
  readonly connections = new Map<string, ClientConnection>();
  readonly records: ConnectionRecords;
  readonly sessions: SessionRegistry;
  readonly versions: VersionNumbers;
  readonly retained: RetainedMessages;
  readonly shared: SharedSubscriptions;
  readonly rules: RuleEngine;
  readonly disturber: Disturber;
  readonly #subscriptions = new SubscriptionIndex();
  #stopped = false;

  constructor(options: IotCoreOptions) {
    this.options = { ...DEFAULTS, ...options } as IotCoreOptions & typeof DEFAULTS;
    const clock = this.clock.bind(this);
    this.disturber = new Disturber(options.disturb);
    this.records = new ConnectionRecords(clock);
    this.versions = new VersionNumbers(this.options.versionResetSeconds, clock);
    this.retained = new RetainedMessages(clock);
    this.shared = new SharedSubscriptions({
      queueSeconds: this.options.persistentSessionExpirySeconds,
      clock,
      random: () => (options.random ?? Math.random)(),
    });
    this.sessions = new SessionRegistry(clock, (session) => this.#sessionEnded(session));
    this.rules = new RuleEngine({
      accountId: options.accountId,
      disturber: this.disturber,
      observe: (event) => this.observe(event),
      invokeFunction: (functionArn, payload) => options.invokeFunction(functionArn, payload),
      sendToQueue: (queueUrl, body) => options.sendToQueue(queueUrl, body),
    });
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  clock(): number {
    return (this.options.clock ?? Date.now)();
  }

  observe(event: IotObservation): void {
    this.options.observe?.(event);
  }

  /** In place of a certificate's identifier: 64 hexadecimal digits, the same for each connection of a client. */
  principalOf(clientId: string): string {
    return createHash('sha256').update(clientId).digest('hex');
  }

  /**
   * Takes a message in: to its subscribers and rules, or to the one rule of Basic Ingest. All of that has begun
   * when it returns; the promise tells when there is room for the next one.
   */
  async publish(message: Message): Promise<void> {
    const { topic, qos, payload, publisher } = message;
    const clientId = publisher?.clientId;
    this.observe({ kind: 'published', ...(clientId && { clientId }), topic, qos, bytes: payload.length });
    if (basicIngestOf(topic) !== undefined) {
      const taken = this.rules.runBasicIngest(message);
      if (taken === undefined) {
        this.observe({
          kind: 'refused',
          ...(clientId && { clientId }),
          reason: `no rule has the name in ${topic}`,
        });
      }
      return taken;
    }
    if (message.retain) this.retained.keep(message);
    this.#deliver(message);
    await this.rules.run(message);
  }

  subscribe(session: BrokerSession, filter: string, qos: QoS): void {
    session.subscriptions.set(filter, qos);
    if (filter.startsWith('$share/')) this.shared.join(filter, session, qos);
    else this.#subscriptions.add(filter, session, qos);
  }

  /** False if there was no such subscription. */
  unsubscribe(session: BrokerSession, filter: string): boolean {
    if (filter.startsWith('$share/')) this.shared.leave(filter, session);
    else this.#subscriptions.remove(filter, session);
    return session.subscriptions.delete(filter);
  }

  /** Events may come late, twice and out of order, as it is documented. */
  emit(clientId: string, event: LifecycleEvent): void {
    if (this.#stopped || !hasLifecycleEvents(clientId)) return;
    const message: Message = {
      topic: event.topic,
      payload: Buffer.from(JSON.stringify(event.payload)),
      qos: 1,
      retain: false,
      properties: {},
      receivedAtMs: this.clock(),
    };
    void this.disturber.run(() => {
      this.#deliver(message);
      void this.rules.run(message, true);
    });
  }

  stop(): void {
    this.#stopped = true;
    this.disturber.stop();
    this.shared.stop();
    this.sessions.stop();
  }

  /** One copy to a client whose filters overlap. */
  #deliver(message: Message): void {
    for (const [session, qos] of this.#subscriptions.subscribersOf(message.topic)) {
      // Looked up again, since it may have expired.
      if (this.sessions.find(session.clientId) !== session) continue;
      session.deliver(message, qos === 1 ? message.qos : 0);
    }
    this.shared.deliver(message);
  }

  #sessionEnded(session: BrokerSession): void {
    for (const filter of [...session.subscriptions.keys()]) this.unsubscribe(session, filter);
  }
}
