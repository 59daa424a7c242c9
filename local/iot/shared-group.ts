import type { BrokerSession } from './broker-session.ts';
import { LIMITS } from './limits.ts';
import { isExpired, type Message, type QoS } from './message.ts';

export interface SharedGroupOptions {
  queueSeconds: number;
  clock(): number;
  random(): number;
}

interface Member {
  session: BrokerSession;
  qos: QoS;
}

/** The subscribers of one `$share/<name>/<filter>`: each message goes to one of them. */
export class SharedGroup {
  readonly filter: string;
  readonly #options: SharedGroupOptions;
  readonly #members = new Map<BrokerSession, Member>();
  #queue: Array<{ message: Message; untilMs: number }> = [];
  #drain: NodeJS.Timeout | undefined;

  constructor(filter: string, options: SharedGroupOptions) {
    this.filter = filter;
    this.#options = options;
  }

  get empty(): boolean {
    return this.#members.size === 0;
  }

  join(session: BrokerSession, qos: QoS): void {
    this.#members.set(session, { session, qos });
    this.drain();
  }

  leave(session: BrokerSession): void {
    this.#members.delete(session);
  }

  has(session: BrokerSession): boolean {
    return this.#members.has(session);
  }

  /** With nobody online a QoS 1 message waits for the group, if a member's session outlives its connection. */
  deliver(message: Message): void {
    const member = this.#anyConnected();
    if (member !== undefined) {
      deliverTo(member, message);
      return;
    }
    const nowMs = this.#options.clock();
    const waits = [...this.#members.values()].some(
      ({ session, qos }) => qos === 1 && session.persistent && !session.hasExpired(nowMs),
    );
    if (!waits || message.qos === 0) return;
    this.#queue.push({ message, untilMs: nowMs + this.#options.queueSeconds * 1000 });
  }

  /** Sends the queue, 20 messages a second for each member that is online. */
  drain(): void {
    if (this.#drain !== undefined) return;
    const member = this.#anyConnected();
    const nowMs = this.#options.clock();
    this.#queue = this.#queue.filter(({ message, untilMs }) => untilMs > nowMs && !isExpired(message, nowMs));
    if (member === undefined) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    deliverTo(member, next.message);
    const perSecond = LIMITS.sharedQueueMessagesPerSecond * this.#connected().length;
    this.#drain = setTimeout(() => {
      this.#drain = undefined;
      this.drain();
    }, 1000 / perSecond);
  }

  stop(): void {
    clearTimeout(this.#drain);
  }

  #connected(): Member[] {
    return [...this.#members.values()].filter(({ session }) => session.connected);
  }

  #anyConnected(): Member | undefined {
    const connected = this.#connected();
    return connected[Math.floor(this.#options.random() * connected.length)];
  }
}

function deliverTo({ session, qos }: Member, message: Message): void {
  session.deliver(message, qos === 1 ? message.qos : 0);
}
