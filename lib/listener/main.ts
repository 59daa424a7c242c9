import { SQSClient } from '@aws-sdk/client-sqs';
import { authorizerThroughLambda } from './aws/lambda-authorizer.ts';
import { createLambdaClient, heartbeatThroughLambda, packetsThroughLambda } from './aws/lambda-packets.ts';
import { SqsSignals } from './aws/sqs-signals.ts';
import { readEnvironment } from './configuration/environment.ts';
import { ListenerError } from './errors.ts';
import { type Listener, startListener } from './listener.ts';
import { jsonLines } from './log.ts';

/* The process in a container: starts as its environment says, ends when it is told to. */

const log = jsonLines((line) => process.stdout.write(line));

async function main(): Promise<Listener> {
  const environment = readEnvironment(process.env);
  const { authorizerFunction, packetsFunction, ports, tls, limits, queueNamePrefix } = environment;
  const lambda = createLambdaClient();
  if (authorizerFunction === undefined) {
    log('WARN', 'Without an authorizer everybody may connect, as any client');
  }
  return startListener({
    packets: packetsThroughLambda(lambda, packetsFunction),
    heartbeat: heartbeatThroughLambda(lambda, packetsFunction),
    signals: new SqsSignals({ sqs: new SQSClient({}), queueNamePrefix, log }),
    ...(authorizerFunction !== undefined && {
      authorizer: authorizerThroughLambda(lambda, authorizerFunction),
    }),
    ports,
    ...(tls && { tls }),
    limits,
    log,
    // Whoever runs the container starts a new one.
    onGivenUp: () => process.exit(1),
  });
}

function fail(error: unknown): void {
  // What was set wrong needs no stack trace to be put right.
  console.error(error instanceof ListenerError ? `${error.name}: ${error.message}` : error);
  process.exit(1);
}

const starting = main();
starting.catch(fail);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    starting
      .then((listener) => listener.stop())
      .then(() => process.exit(0))
      .catch(fail);
  });
}
