import { isExpired, type Message } from './message.ts';

/** One retained message a topic. It goes to subscriptions whose filter is exactly the topic. */
export class RetainedMessages {
  readonly #messages = new Map<string, Message>();
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** An empty payload removes the topic's message ([MQTT-3.3.1-6]). */
  keep(message: Message): void {
    if (message.payload.length === 0) this.#messages.delete(message.topic);
    else this.#messages.set(message.topic, message);
  }

  find(topic: string): Message | undefined {
    const message = this.#messages.get(topic);
    return message === undefined || isExpired(message, this.#clock()) ? undefined : message;
  }

  all(): Message[] {
    const nowMs = this.#clock();
    return [...this.#messages.values()].filter((message) => !isExpired(message, nowMs));
  }
}
