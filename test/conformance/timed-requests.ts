import type { WillRequest } from '#edge/requests';
import { RecordedRequests } from '#test/edge/world/recorded-requests';

/** Hands on what is asked of the queue of wills when its delay has passed, as the queue itself would. */
export class TimedRequests extends RecordedRequests {
  /** Who takes them. */
  onWill: (request: WillRequest) => Promise<unknown> = async () => {};
  private readonly timers = new Set<NodeJS.Timeout>();

  override async will(request: WillRequest, delaySeconds: number): Promise<void> {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void this.onWill(request);
    }, delaySeconds * 1_000);
    this.timers.add(timer);
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }
}
