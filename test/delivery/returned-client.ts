import { pump } from '#delivery/pump';
import type { SessionPolicy } from '#session/configuration/policy';
import type { Settings } from '#session/configuration/settings';
import type { Message } from '#session/message';
import { positionOf } from '#session/position';
import { CLIENT, ClientWorld, type WorldOptions } from './client-world.ts';
import { elapse } from './virtual-time.ts';

export interface Waiting {
  readonly topic: string;
  readonly filters: readonly string[];
  readonly more?: Partial<Message>;
}

/** A client that was away while messages came, is back, and has not subscribed again yet. */
export class ReturnedClient extends ClientWorld {
  #appended = 0;

  static async create(
    filters: readonly string[],
    options: WorldOptions & { policy?: Partial<SessionPolicy>; settings?: Partial<Settings> } = {},
  ): Promise<ReturnedClient> {
    const world = new ReturnedClient(options);
    world.connect(filters);
    await world.time.run(world.time.nowMs + 1_000);
    world.cut(0, 'CLIENT_INITIATED_DISCONNECT');
    await world.time.run(world.time.nowMs + 10_000);
    return world;
  }

  /** Puts a message into the log as if it had just come. */
  log({ topic, filters, more = {} }: Waiting): string {
    this.time.nowMs += 1;
    const messageId = `message ${this.#appended++}`;
    const receivedAtMs = this.time.nowMs;
    const message: Message = { messageId, topic, payload: new Uint8Array(10), qos: 1, receivedAtMs, ...more };
    const position = positionOf(receivedAtMs, messageId);
    for (const filter of filters) this.stores.append(filter, { ...message, position });
    return messageId;
  }

  /** Connects without asking for a run, once everything that waits has settled. */
  async return(filters: readonly string[] = []): Promise<void> {
    await this.time.run(this.time.nowMs + this.settings.settleSeconds * 1000 + 500);
    this.areRunsRequested = false;
    this.connect(filters);
    await this.time.run(this.time.nowMs + 500);
  }

  /** One run of the pump. */
  run(runMs = 600_000) {
    return elapse(this.time, pump(CLIENT, this.dependencies(), this.time.nowMs + runMs));
  }

  /** What the service has delivered, by message id. */
  get received(): string[] {
    return this.deliveries.map(({ messageId }) => messageId);
  }
}
