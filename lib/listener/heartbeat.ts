import type { Heartbeat, Log } from './ports.ts';

/** The function takes a listener for dead after three and a half of these. */
const INTERVAL_MS = 10_000;

/** Tells again and again that this process lives, so that its connections are ended for it once it does not. */
export class HeartbeatTimer {
  private readonly timer: NodeJS.Timeout;

  constructor(heartbeat: Heartbeat, address: string, log: Log) {
    const beat = () => {
      heartbeat(address).catch((error: unknown) => {
        log('WARN', 'A sign of life was not heard', { error: String(error) });
      });
    };
    beat();
    this.timer = setInterval(beat, INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
