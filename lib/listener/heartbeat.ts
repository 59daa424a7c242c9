import type { Heartbeat, Log } from './ports.ts';

/** The function takes a listener for dead after three and a half of these. */
const INTERVAL_MS = 10_000;

export interface HeartbeatOptions {
  readonly heartbeat: Heartbeat;
  readonly address: string;
  readonly log: Log;
  /** The process was given up while it could not be heard: its connections have been ended without it. */
  readonly givenUp: () => void;
}

/** Tells again and again that this process lives, so that its connections are ended for it once it does not. */
export class HeartbeatTimer {
  private readonly timer: NodeJS.Timeout;
  private readonly options: HeartbeatOptions;
  private wasHeard = false;

  constructor(options: HeartbeatOptions) {
    this.options = options;
    void this.beat();
    this.timer = setInterval(() => void this.beat(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async beat(): Promise<void> {
    const { heartbeat, address, log, givenUp } = this.options;
    try {
      const { isKnown } = await heartbeat(address);
      if (this.wasHeard && !isKnown) givenUp();
      this.wasHeard = true;
    } catch (error) {
      log('WARN', 'A sign of life was not heard', { error: String(error) });
    }
  }
}
