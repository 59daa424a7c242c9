import { randomUUID } from 'node:crypto';
import type { Environment } from '#local/template/template';

export interface ScheduleOptions {
  readonly ruleArn: string;
  readonly periodSeconds: number;
  readonly environment: Environment;
  /** Hands an event (JSON) to the function. */
  readonly invoke: (event: string) => void;
}

/** An EventBridge rule with a rate: invokes its function each time the period is over, the first time after one. */
export class Schedule {
  private readonly options: ScheduleOptions;
  private timer: NodeJS.Timeout | undefined;

  constructor(options: ScheduleOptions) {
    this.options = options;
  }

  start(): void {
    this.timer = setInterval(() => this.invoke(), this.options.periodSeconds * 1000);
    // Nothing to do but wait for the next time must not keep this process alive.
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private invoke(): void {
    const { ruleArn, environment, invoke } = this.options;
    invoke(
      JSON.stringify({
        version: '0',
        id: randomUUID(),
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account: environment.accountId,
        // EventBridge names the second.
        time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
        region: environment.region,
        resources: [ruleArn],
        detail: {},
      }),
    );
  }
}
