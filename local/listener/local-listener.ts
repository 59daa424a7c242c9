import { SQSClient } from '@aws-sdk/client-sqs';
import { LISTENER_QUEUE_PREFIX } from '#infra/names';
import {
  createLambdaClient,
  heartbeatThroughLambda,
  packetsThroughLambda,
} from '#listener/aws/lambda-packets';
import { SqsSignals } from '#listener/aws/sqs-signals';
import { ListenerError } from '#listener/errors';
import { type Listener, startListener } from '#listener/listener';
import type { Log } from '#listener/ports';
import { LocalCloudError } from '#local/errors';

export interface LocalListenerPorts {
  /** 0 or absent = any free port. */
  readonly port?: number;
  readonly wsPort?: number;
}

export interface LocalListenerOptions {
  readonly functionName: string;
  readonly awsUrl: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly log: Log;
}

/** Nobody waits long for a cloud on one machine to end. */
const STOP_TIMEOUT_MS = 3_000;

/** A listener of the packet edge, as it runs in a container, with the AWS services of this machine. */
export class LocalListener {
  /** Such as `mqtt://127.0.0.1:1884`. */
  readonly url: string;
  /** Such as `ws://127.0.0.1:8884/mqtt`. */
  readonly wsUrl: string;
  private readonly listener: Listener;
  private ended = false;

  private constructor(listener: Listener) {
    this.listener = listener;
    this.url = `mqtt://127.0.0.1:${listener.ports.mqtt}`;
    this.wsUrl = `ws://127.0.0.1:${listener.ports.ws}/mqtt`;
  }

  /** @throws LocalCloudError for a port in use */
  static async start(ports: LocalListenerPorts, options: LocalListenerOptions): Promise<LocalListener> {
    const { functionName, awsUrl, region, accessKeyId, log } = options;
    // The oldest Node that may run this is older than the SDK would like.
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
    const client = { endpoint: awsUrl, region, credentials: { accessKeyId, secretAccessKey: 'local' } };
    const { port = 0, wsPort = 0 } = ports;
    try {
      const lambda = createLambdaClient(client);
      const listener = await startListener({
        packets: packetsThroughLambda(lambda, functionName),
        heartbeat: heartbeatThroughLambda(lambda, functionName),
        signals: new SqsSignals({ sqs: new SQSClient(client), queueNamePrefix: LISTENER_QUEUE_PREFIX, log }),
        ports: { mqtt: port, ws: wsPort },
        host: '127.0.0.1',
        limits: { stopTimeoutMs: STOP_TIMEOUT_MS },
        log,
      });
      return new LocalListener(listener);
    } catch (error) {
      if (!(error instanceof ListenerError) || error.code !== 'listener.portInUse') throw error;
      throw new LocalCloudError('port.inUse', error.message, { cause: error });
    }
  }

  /** Connections whose end the function may not know. */
  get connections(): number {
    return this.listener.connections;
  }

  /** Ends as its process would if it were killed: sockets are gone, and nobody is told. */
  kill(): void {
    this.ended = true;
    this.listener.destroy();
  }

  /** Ends as its process does when it is told to. */
  async stop(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    await this.listener.stop();
  }
}
