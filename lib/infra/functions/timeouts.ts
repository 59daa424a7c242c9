import { Duration } from 'aws-cdk-lib';
import type { FunctionName } from './function-name.ts';

/**
 * How long one invocation may take. Deliver hands a long backlog on to a further run, so its minute bounds
 * how soon a pump request returns after a crash (six times as long), not how much is delivered.
 */
export const TIMEOUTS: Readonly<Record<FunctionName, Duration>> = {
  Lifecycle: Duration.seconds(30),
  Ingest: Duration.seconds(30),
  Deliver: Duration.seconds(60),
  Expire: Duration.seconds(60),
  Packets: Duration.seconds(30),
  // What an HTTP API waits.
  Api: Duration.seconds(29),
  // Less than until the next one.
  Survey: Duration.seconds(50),
  Widget: Duration.seconds(15),
  Record: Duration.seconds(60),
  // Fifty sessions are ended in one run; the broker may be slow to end its own.
  Operate: Duration.seconds(60),
};
