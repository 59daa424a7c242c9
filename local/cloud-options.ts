import type { Chaos } from './chaos.ts';
import type { CloudObservation } from './cloud-observation.ts';
import type { ApiAuthorization } from './http-api/authorization.ts';
import type { IotDisturbance } from './iot/options.ts';

export interface CloudOptions {
  /** What `synthesize` yields. */
  readonly assemblyDirectory: string | Promise<string>;
  /** 0 or absent = any free port. */
  readonly mqttPort?: number;
  readonly awsPort?: number;
  /** Of the packet edge's listener, as `mqttPort`. */
  readonly packetPort?: number;
  readonly packetWsPort?: number;
  /** Of the session API and of the console, as `mqttPort`. */
  readonly apiPort?: number;
  readonly consolePort?: number;
  /** Whom the session API takes who brings no credentials that anybody knows; default `operator`. */
  readonly apiAuthorization?: ApiAuthorization;
  /**
   * Callers of the session API by access key id, each with its secret and the managed policies of the stack that it has.
   *
   * @example { reader: { secretAccessKey: 'of the reader', policies: ['SessionApiRead'] } }
   */
  readonly apiCallers?: Readonly<
    Record<string, { readonly secretAccessKey: string; readonly policies: readonly string[] }>
  >;
  /** In place of the period of every schedule of the stack. */
  readonly schedulePeriodSeconds?: number;
  /** A folder that keeps the tables; without it they live in memory. */
  readonly dataDirectory?: string;
  /** A DynamoDB Local that runs already, instead of one of the cloud's own. */
  readonly dynamoDbEndpoint?: string;
  /** Begins the names of the tables, so that several stacks can share a DynamoDB Local; default: the app's own. */
  readonly stackName?: string;
  readonly chaos?: Chaos;
  /** On top of chaos: tests decide request by request. */
  readonly disturb?: IotDisturbance;
  /** The exception that DynamoDB answers a function with instead; the caller's name begins with its construct's, `deliver`. */
  readonly throttle?: (operation: string, caller: string | undefined) => string | undefined;
  /** From expiry to removal by TTL; default 2. */
  readonly timeToLiveDelaySeconds?: number;
  /** Before the retries of asynchronous invocations; default 1, then 2. */
  readonly retryDelaysSeconds?: readonly number[];
  /** Until a queue's message or a stream's batch that failed comes again; default 1. */
  readonly failureDelaySeconds?: number;
  /** Invocations of one function at once; default 8. */
  readonly concurrency?: number;
  /** Of the broker's own sessions, as AWS IoT Core's quota; default 3600. */
  readonly persistentSessionExpirySeconds?: number;
  readonly observe?: (event: CloudObservation) => void;
}
