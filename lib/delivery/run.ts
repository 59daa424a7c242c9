import type { DropReason } from '#session/delivery/drop-reasons';
import type { Progress } from '#session/delivery/progress';
import { messageHasExpired } from '#session/message';
import type { Position } from '#session/position';
import type { Session } from '#session/session';
import { type DeliveryTally, tallied } from './delivery-tally.ts';
import { Hold } from './hold.ts';
import type { PendingMessage } from './merge.ts';
import { Pace } from './pace.ts';
import type { PumpDependencies } from './ports.ts';
import { type StopReason, sendToClient } from './send.ts';
import { TopicLanes } from './topic-lanes.ts';

/**
 * The session is written after this many deliveries, and at least this often: so long a run may go on
 * with a session that was taken over, or that a clean start has ended.
 */
const CHECKPOINT_MESSAGES = 100;
const CHECKPOINT_MS = 2_000;

/** One delivery run for one client. */
export class PumpRun {
  readonly dependencies: PumpDependencies;
  readonly hold: Hold;
  readonly clientId: string;
  readonly #deadlineMs: number;
  readonly #pace: Pace;
  #sinceSave = 0;
  tally: DeliveryTally | undefined;

  constructor(dependencies: PumpDependencies, session: Session, deadlineMs: number) {
    this.dependencies = dependencies;
    this.clientId = session.clientId;
    this.hold = new Hold(dependencies, session);
    this.#deadlineMs = deadlineMs;
    this.#pace = new Pace(dependencies.settings.deliveriesPerSecond, dependencies.clock, dependencies.sleep);
  }

  get delivered(): number {
    return this.tally?.messages ?? 0;
  }

  get hasTime(): boolean {
    return this.dependencies.clock() < this.#deadlineMs;
  }

  /**
   * Delivers a stream in order of position, as far as time, lease and connection allow. `onProgress` is told
   * up to where everything is delivered, every so many messages. What lies in `skip` has given way.
   */
  async deliver(
    messages: AsyncIterable<PendingMessage>,
    onProgress: (at: Position) => Promise<void>,
    skip: Progress['skip'] = undefined,
  ): Promise<{ readonly stopped?: StopReason; readonly doneUpTo?: Position }> {
    const { broker, clock, sleep } = this.dependencies;
    const policy = this.dependencies.policyOf(this.clientId);
    const lanes: TopicLanes = new TopicLanes(
      async (message) => {
        await this.#pace.turn();
        if (!this.hasTime) return { outcome: 'stopped', reason: 'outOfTime' };
        if (!this.hold.mayDeliver()) return { outcome: 'stopped', reason: 'leaseLost' };
        return sendToClient(
          broker,
          this.clientId,
          message,
          sleep,
          () => this.hasTime && this.hold.mayDeliver(),
        );
      },
      async (message, sent) => {
        if (sent.outcome === 'dropped') this.#drop(message, sent.reason);
        else if (sent.outcome === 'delivered') this.#countDelivery(message, sent.redeliveries);
        if (!this.#isCheckpointDue()) return;
        this.#sinceSave = 0;
        await onProgress(lanes.doneUpTo ?? this.hold.session.cursor);
      },
    );
    for await (const message of messages) {
      if (lanes.stopped !== undefined) break;
      const isSkipped = skip !== undefined && message.position >= skip.from && message.position < skip.upTo;
      if (isSkipped || (message.deliveryQos === 0 && !policy.queueQos0)) {
        lanes.pass(message);
      } else if (messageHasExpired(message, clock())) {
        this.#drop(message, 'expired');
        lanes.pass(message);
      } else {
        await lanes.offer(message);
      }
    }
    await lanes.drain();
    return {
      ...(lanes.stopped === undefined ? {} : { stopped: lanes.stopped }),
      ...(lanes.doneUpTo === undefined ? {} : { doneUpTo: lanes.doneUpTo }),
    };
  }

  #countDelivery(message: PendingMessage, redeliveries: number): void {
    this.tally = tallied(this.tally, message, redeliveries, this.dependencies.clock());
    this.#sinceSave += 1;
    this.hold.countDelivery();
  }

  #drop({ topic, position }: PendingMessage, reason: DropReason): void {
    const drop = { reason, topic, position, atMs: this.dependencies.clock() };
    this.hold.countDrops({ counts: { [reason]: 1 }, last: [drop] });
  }

  #isCheckpointDue(): boolean {
    if (this.#sinceSave >= CHECKPOINT_MESSAGES) return true;
    return this.dependencies.clock() - this.hold.savedAtMs >= CHECKPOINT_MS;
  }
}
